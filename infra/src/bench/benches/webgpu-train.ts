import type { Bench } from '../bench.ts';
import { type GptShape, gptFlopsPerToken } from '../engine/gpt-shape.ts';
import { SOFTWARE, webGpuMachine } from '../engine/webgpu-machine.ts';

const COMPARED = 4;
const TOLERANCE = 1e-3;

export const bench: Bench = {
  about:
    'training steps on WebGPU: a small GPT against jax-js on the same Dawn, GPT-2 124M against the fma peak',
  async *cases(options) {
    const machine = await webGpuMachine();
    const milliseconds = machine.isSoftware ? 1 : options.quick ? 300 : 1500;
    const absent = machine.isSoftware ? { missing: SOFTWARE } : null;

    const [ours, theirs] = [machine.start('ours', 'gpt', 0), machine.start('jax', 'gpt', 0)];
    yield {
      case: `GPT 2 x 64, vocabulary 256, batch 4 x 64, ${machine.name}`,
      peer: '@jax-js/jax 0.1.25 (webgpu, jit)',
      unit: 'steps/s',
      better: 'more',
      ours: () => ours.call('measure', milliseconds),
      ...(absent ?? { theirs: () => theirs.call<number>('measure', milliseconds) }),
      async verify() {
        const a = await ours.call<number[]>('losses', absent ? 2 : COMPARED);
        if (absent) return a.every(Number.isFinite) && (a.at(-1) as number) < (a[0] as number);
        const b = await theirs.call<number[]>('losses', COMPARED);
        options.progress(`losses ours ${a.join(' ')}; jax-js ${b.join(' ')}`);
        return a.length === COMPARED && a.every((x, i) => Math.abs(x - (b[i] ?? 0)) <= TOLERANCE);
      },
      must: 1.2,
      aim: 2,
      note: `Forward, backward and plain gradient descent from the same weights; the first ${COMPARED} losses agree to ${TOLERANCE}.`,
      close() {
        ours.close();
        theirs.close();
      },
    };

    if (machine.isSoftware) {
      options.progress(`GPT-2 124M is left out: ${SOFTWARE}`);
      return;
    }
    const batch = options.quick ? 1 : 4;
    const shape: GptShape = { vocab: 50304, length: 1024, layers: 12, heads: 12, width: 768, batch };
    const [large, peak] = [machine.start('ours', 'gpt-124m', batch), machine.start('peak', '-', 0)];
    const flops = gptFlopsPerToken(shape) * batch * shape.length;
    yield {
      case: `GPT-2 124M, batch ${batch} x 1024, AdamW, float32, ${machine.name}`,
      peer: 'chains of fma in registers (WGSL)',
      unit: 'GFLOP/s of the model',
      better: 'more',
      ours: async () => ((await large.call<number>('measure', milliseconds)) * flops) / 1e9,
      theirs: () => peak.call('measure'),
      async verify() {
        const losses = await large.call<number[]>('losses', 3);
        options.progress(`losses after the measurement ${losses.join(' ')}`);
        return losses.length === 3 && losses.every((x) => Number.isFinite(x) && x > 0 && x < 12);
      },
      must: 0.3,
      aim: 0.5,
      note: `${(gptFlopsPerToken(shape) / 1e6).toFixed(0)} MFLOP per token; GFLOP/s / that x 1000 is tokens/s.`,
      close() {
        large.close();
        peak.close();
      },
    };
  },
};
