// Reads the golden files that PyTorch made (test/golden/make_models.py); no Python is needed for this.

import { readFileSync } from 'node:fs';
import { configFromHf, type ModelConfig } from '../models/families.ts';
import type { AdamWOptions } from '../nn/optim.ts';
import type { LearningRateSchedule } from '../nn/schedule.ts';
import type { Tensor } from '../train/trainer.ts';

interface Packed {
  readonly shape: readonly number[];
  readonly data: string;
}

export interface ModelGolden {
  readonly config: ModelConfig;
  readonly optimizer: AdamWOptions;
  readonly schedule: LearningRateSchedule;
  /** [steps, batch, length + 1]. */
  readonly tokens: { readonly shape: readonly number[]; readonly data: Int32Array };
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Logits, loss and gradients of the first batch, computed in float64. */
  readonly logits: Tensor;
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** Of 20 steps of float32 training. */
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  /** The same 20 steps with Muon, where the file has them. */
  readonly muon?: { readonly losses: readonly number[]; readonly gradNorms: readonly number[] };
}

const bytes = (packed: Packed): ArrayBuffer => {
  const buffer = Buffer.from(packed.data, 'base64');
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer;
};
const floats = (packed: Packed): Tensor => ({ shape: packed.shape, data: new Float32Array(bytes(packed)) });

const tensors = (packed: Record<string, Packed>) =>
  new Map(Object.entries(packed).map(([name, value]) => [name, floats(value)]));

/** Tiny random models of every family and variant. */
export const goldenNames = [
  ...(['llama-grouped', 'llama-tied', 'llama-rope3', 'llama-linear', 'llama-dynamic'] as const),
  ...(['gpt2-tanh', 'gpt2-exact', 'neox-parallel', 'neox-sequential'] as const),
];

export function readGolden(name: (typeof goldenNames)[number]): ModelGolden {
  const url = new URL(`../../test/golden/${name}.golden.json`, import.meta.url);
  return parseGolden(readFileSync(url, 'utf8'));
}

/** From the text of a golden file. */
export function parseGolden(text: string): ModelGolden {
  const json = JSON.parse(text);
  const { learning_rate, beta1, beta2, eps, weight_decay, clip_norm } = json.optimizer;
  const { warmup_steps, total_steps, final_fraction } = json.schedule;
  return {
    config: configFromHf(json.config),
    optimizer: {
      learningRate: learning_rate,
      beta1,
      beta2,
      eps,
      weightDecay: weight_decay,
      clipNorm: clip_norm,
    },
    schedule: { warmupSteps: warmup_steps, totalSteps: total_steps, finalFraction: final_fraction },
    tokens: { shape: json.tokens.shape, data: new Int32Array(bytes(json.tokens)) },
    parameters: tensors(json.parameters),
    logits: floats(json.logits),
    loss: json.loss,
    gradients: tensors(json.gradients),
    losses: json.trajectory.losses,
    gradNorms: json.trajectory.grad_norms,
    muon: json.muon && { losses: json.muon.losses, gradNorms: json.muon.grad_norms },
  };
}
