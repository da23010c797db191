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
  // Files written before the watcher have neither the batches that were passed over nor events.
  const { step, seconds, skipped = '0', events = '[]' } = metadata;
  const count = (name: string, text: string | undefined) => {
    const value = Number(text ?? Number.NaN);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new SafetensorsError(`${path}: ${name} is ${text ?? 'missing'}`);
  };
  const history: TrainingHistory = {
    ...emptyHistory(),
    seconds: Number(seconds) || 0,
    skipped: count('skipped', skipped),
    events: eventsOf(path, events),
  };
  const own = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, tensor] of tensors) {
    if (tensor.dtype !== 'F32') throw new SafetensorsError(`${path}: tensor ${name} is ${tensor.dtype}`);
    const series = SERIES.find((one) => name === `history.${one}`);
    if (series) history[series] = [...tensor.data];
    else own.set(name, { shape: tensor.shape, data: tensor.data });
  }
  const state = { step: count('step', step), tensors: own };
  const other = SERIES.find((series) => history[series].length !== state.step);
  if (other) {
    const found = history[other].length;
    throw new SafetensorsError(`${path}: history.${other} holds ${found} values after ${state.step} steps`);
  }
  return { state, history, settings: metadata.settings };
}

function eventsOf(path: string, text: string): TrainingEvent[] {
  try {
    const events: unknown = JSON.parse(text);
    if (Array.isArray(events)) return events as TrainingEvent[];
  } catch {
    // Said below.
  }
  throw new SafetensorsError(`${path}: its events are no JSON list`);
}
