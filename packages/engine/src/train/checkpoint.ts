import { readSafetensors, SafetensorsError, type Tensor, writeSafetensors } from '../io/safetensors.ts';
import type { TrainerState } from './trainer.ts';

/** What was measured so far: index i belongs to step i + 1. */
export interface TrainingHistory {
  loss: number[];
  gradNorm: number[];
  learningRate: number[];
  /** Wall time of all sessions together. */
  seconds: number;
  /** Batches that were passed over: the batch of step s (from 0) is number s + skipped. */
  skipped: number;
  /** What the watcher did, in order. */
  events: TrainingEvent[];
}

/** Something that happened to a training besides its steps. */
export interface TrainingEvent {
  readonly kind: 'spike' | 'not-finite' | 'rollback';
  /** The step it was seen at. */
  readonly step: number;
  /** One line for a person. */
  readonly message: string;
}

const SERIES = ['loss', 'gradNorm', 'learningRate'] as const;

export function emptyHistory(): TrainingHistory {
  return { loss: [], gradNorm: [], learningRate: [], seconds: 0, skipped: 0, events: [] };
}

/**
 * One safetensors file with parameters, moments, the step, the data cursor and the history: all a later session needs
 * to go on with the same bits. `settings` is what must not have changed until then.
 */
export async function writeTrainingCheckpoint(
  path: string,
  state: TrainerState,
  history: TrainingHistory,
  settings?: string,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape, data }] of state.tensors) tensors.set(name, { dtype: 'F32', shape, data });
  for (const name of SERIES) {
    const data = Float32Array.from(history[name]);
    tensors.set(`history.${name}`, { dtype: 'F32', shape: [data.length], data });
  }
  const metadata = {
    format: 'tsudoi-checkpoint-1',
    step: String(state.step),
    seconds: String(history.seconds),
    skipped: String(history.skipped),
    events: JSON.stringify(history.events),
    ...(settings === undefined ? {} : { settings }),
  };
  await writeSafetensors(path, tensors, metadata);
}

/** @throws SafetensorsError when the file is damaged or no checkpoint of ours */
export async function readTrainingCheckpoint(
  path: string,
): Promise<{ state: TrainerState; history: TrainingHistory; settings?: string }> {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.format !== 'tsudoi-checkpoint-1') throw new SafetensorsError(`${path} is no checkpoint`);
  const history: TrainingHistory = {
    ...emptyHistory(),
    seconds: Number(metadata.seconds),
    // Files written before the watcher have neither.
    skipped: Number(metadata.skipped ?? 0),
    events: JSON.parse(metadata.events ?? '[]') as TrainingEvent[],
  };
  const own = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, tensor] of tensors) {
    if (tensor.dtype !== 'F32') throw new SafetensorsError(`${path}: tensor ${name} is ${tensor.dtype}`);
    const series = SERIES.find((one) => name === `history.${one}`);
    if (series) history[series] = [...tensor.data];
    else own.set(name, { shape: tensor.shape, data: tensor.data });
  }
  return { state: { step: Number(metadata.step), tensors: own }, history, settings: metadata.settings };
}
