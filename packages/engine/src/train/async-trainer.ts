// The trainer for devices whose results come later (WebGPU in Node and in the browser). Nothing here needs Node.

import { initialParameters, modelOf } from '../models/families.ts';
import type { AsyncDevice } from '../runtime/async-device.ts';
import type { LaunchProfile } from '../runtime/device.ts';
import {
  beginStep,
  checkState,
  type StepOptions,
  type StepResult,
  stateShapes,
  type Tensor,
  type TrainerState,
  traceTrainingStep,
} from './training-step.ts';

export interface AsyncTrainerOptions extends StepOptions {
  /** Runs the steps; the trainer gives it back. */
  readonly device: AsyncDevice;
}

/** As Trainer, with promises where something is read from the device. Calls take effect in the order they are made. */
export interface AsyncTrainer {
  /** Enqueues one update at once; resolves when its loss is known. The next may be enqueued before that. */
  step(tokens: Int32Array): Promise<StepResult>;
  state(): Promise<TrainerState>;
  /** Throws RangeError when a tensor is missing or has another shape; nothing is changed then. */
  restore(state: TrainerState): void;
  parameters(): Promise<Map<string, Tensor>>;
  /** Runs one update and reports the device time of every kernel. */
  profile(tokens: Int32Array): Promise<LaunchProfile[]>;
  readonly device: AsyncDevice;
  readonly arenaBytes: number;
  dispose(): void;
}

/** Rejects with DeviceUnavailable when the model does not fit or the device is gone. */
export async function createAsyncTrainer(options: AsyncTrainerOptions): Promise<AsyncTrainer> {
  const { config, device } = options;
  const shapes = stateShapes(options);
  // New memory is zero, as the optimiser's state must be.
  const program = await device.compile(traceTrainingStep(options));
  for (const [name, values] of initialParameters(config, options.seed)) program.write(name, values);
  let steps = 0;

  const prepare = (tokens: Int32Array) => {
    const learningRate = beginStep(program, options, tokens, steps + 1);
    steps++;
    return { step: steps, learningRate };
  };
  const read = async (names: readonly string[]) => {
    const values = await Promise.all(names.map((name) => program.read(name)));
    return new Map(names.map((name, i) => [name, { shape: shapes.get(name)!, data: values[i] }]));
  };

  return {
    device,
    arenaBytes: program.arenaBytes,
    async step(tokens) {
      const known = prepare(tokens);
      const [[loss], [gradNorm]] = await program.runAndRead(['loss', 'gradNorm']);
      return { ...known, loss, gradNorm };
    },
    async profile(tokens) {
      prepare(tokens);
      return program.profile();
    },
    async state() {
      const step = steps;
      return { step, tensors: await read([...shapes.keys()]) };
    },
    restore(state) {
      checkState(state, shapes);
      for (const name of shapes.keys()) program.write(name, state.tensors.get(name)!.data);
      steps = state.step;
    },
    parameters: () => read(modelOf(config).parameters.map((p) => p.name)),
    dispose: () => device.dispose(),
  };
}
