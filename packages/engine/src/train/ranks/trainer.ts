// The trainers of a group: every rank has the whole model, takes its share of the sequences, and updates with the mean
// over all ranks. On the CPU the sum goes through the launcher, on GPUs through NCCL inside the step.

import { openCpu } from '../../runtime/cpu.ts';
import type { CudaOptions } from '../../runtime/cuda/cuda.ts';
import type { SteppingTrainer } from '../run.ts';
import { createTrainer, openStep, type Trainer, type TrainerOptions } from '../trainer.ts';
import { fromFirst, meet, type RankGroup } from './group.ts';

/** A trainer whose steps wait for the other ranks. */
export type RankTrainer = Omit<Trainer, 'step'> & Pick<SteppingTrainer, 'step'>;

/** The same bits on every rank, and again in every run with as many ranks. */
export function createCpuRank(options: TrainerOptions, group: RankGroup): RankTrainer {
  const device = openCpu(options);
  const { program, begin, end, ...rest } = openStep({ ...options, ranks: group.world }, device);
  return {
    ...rest,
    async step(tokens) {
      const rate = begin(tokens);
      program.accumulate();
      program.writeAccumulators(await group.sum(program.readAccumulators()));
      program.finish();
      return end(rate);
    },
  };
}

/** GPU number `rank` of this machine. `libraries` are places in which NCCL is looked for first. */
export async function createCudaRank(
  options: TrainerOptions,
  group: RankGroup,
  cuda: CudaOptions = {},
): Promise<RankTrainer> {
  const { openCuda } = await import('../../runtime/cuda/cuda.ts');
  const { NCCL_ID_BYTES, openNccl } = await import('../../runtime/cuda/nccl.ts');
  const nccl = openNccl(cuda.libraries);
  const id = await fromFirst(group, NCCL_ID_BYTES, () => nccl.uniqueId());
  const join = () => nccl.open(id, group.rank, group.world);
  const device = openCuda({
    ...{ ordinal: group.rank, cacheDir: options.cacheDir, group: join },
    ...cuda,
  });
  const trainer = createTrainer({ ...options, ranks: group.world, device });
  return {
    ...trainer,
    async step(tokens) {
      const result = trainer.step(tokens);
      await meet(group); // so that all end at the same step
      return result;
    },
  };
}
