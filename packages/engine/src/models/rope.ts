// Rotary position tables (Su et al. 2021, arXiv 2104.09864) and the ways of stretching them to longer contexts:
// linear interpolation (Chen et al. 2023, arXiv 2306.15595), dynamic NTK, and Llama 3.1's by wavelength.
// Numbers follow transformers' modeling_rope_utils, which computes frequencies and angles in float32.

import { type HfConfig, unsupported } from './config.ts';

export type RopeScaling =
  | { readonly kind: 'linear' | 'dynamic'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalMaxPositions: number;
    };

export interface Rope {
  /** Rotated dimensions of a head, even. */
  readonly dimensions: number;
  readonly theta: number;
  readonly scaling?: RopeScaling;
  /** Positions the model was trained for. */
  readonly maxPositions: number;
}

export const DEFAULT_THETA = 10000;

/** Longest context the positions are meant for: dynamic scaling goes past the trained one. */
export const ropeContext = ({ maxPositions, scaling }: Pick<Rope, 'maxPositions' | 'scaling'>): number =>
  scaling?.kind === 'dynamic' ? Math.floor(maxPositions * scaling.factor) : maxPositions;

/** Radians per position of each rotated pair, for a sequence of `length`. */
function frequencies({ dimensions, theta, scaling, maxPositions }: Rope, length: number): Float32Array {
  const half = dimensions / 2;
  let base = theta;
  if (scaling?.kind === 'dynamic' && length > maxPositions) {
    const stretch = (scaling.factor * length) / maxPositions - (scaling.factor - 1);
    base = theta * stretch ** (dimensions / (dimensions - 2));
  }
  const plain = Float32Array.from({ length: half }, (_, i) => 1 / base ** (i / half));
  if (scaling?.kind === 'linear') return plain.map((f) => f / scaling.factor);
  return scaling?.kind === 'llama3' ? plain.map((f) => byWavelength(f, scaling)) : plain;
}

/** Long waves are slowed by the factor, short ones kept, those between blended. */
function byWavelength(frequency: number, s: Extract<RopeScaling, { kind: 'llama3' }>): number {
  const turns = (s.originalMaxPositions * frequency) / (2 * Math.PI);
  if (turns < s.lowFrequencyFactor) return frequency / s.factor;
  if (turns > s.highFrequencyFactor) return frequency;
  const kept = (turns - s.lowFrequencyFactor) / (s.highFrequencyFactor - s.lowFrequencyFactor);
  return (1 - kept) * (frequency / s.factor) + kept * frequency;
}

/**
 * Cosines and sines [positions, dimensions / 2]. `whole`: all rows belong to one sequence of that length;
 * `stepwise`: row p as it is used when a cached sequence has just grown to p + 1.
 */
export function ropeTables(
  rope: Rope,
  positions: number,
  mode: 'whole' | 'stepwise',
): { cos: Float32Array; sin: Float32Array } {
  const half = rope.dimensions / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  let f = frequencies(rope, mode === 'whole' ? positions : 1);
  for (let t = 0; t < positions; t++) {
    if (mode === 'stepwise' && rope.scaling?.kind === 'dynamic') f = frequencies(rope, t + 1);
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(t * f[i]);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** rope_theta, rope_scaling and rope_parameters: transformers 4 reads the first two, transformers 5 the last. */
export function ropeToHf(
  theta: number,
  scaling: RopeScaling | undefined,
  share?: number,
): Record<string, unknown> {
  const described = scaling && {
    rope_type: scaling.kind,
    factor: scaling.factor,
    ...(scaling.kind === 'llama3' && {
      low_freq_factor: scaling.lowFrequencyFactor,
      high_freq_factor: scaling.highFrequencyFactor,
      original_max_position_embeddings: scaling.originalMaxPositions,
    }),
  };
  const partial = share === undefined ? {} : { partial_rotary_factor: share };
  return {
    // Some releases of transformers 4 know only the older key, `type`.
    rope_scaling: described ? { ...described, type: scaling.kind } : null,
    rope_parameters: { ...(described ?? { rope_type: 'default' }), rope_theta: theta, ...partial },
  };
}

/** Theta, scaling and the rotated share from either generation of keys; throws UnsupportedConfig for other kinds. */
export function ropeFromHf(hf: HfConfig): { theta?: number; scaling?: RopeScaling; share?: number } {
  const found = [hf.json.rope_scaling, hf.json.rope_parameters].find(
    (v) => typeof v === 'object' && v !== null,
  );
  const described = (found ?? {}) as Record<string, unknown>;
  const parameters = (hf.json.rope_parameters ?? {}) as Record<string, unknown>;
  const number = (from: Record<string, unknown>, key: string) =>
    typeof from[key] === 'number' ? (from[key] as number) : undefined;
  const need = (key: string): number => number(described, key) ?? unsupported(`rope scaling without ${key}`);
  const result = {
    theta: number(parameters, 'rope_theta'),
    share: number(parameters, 'partial_rotary_factor'),
  };
  const kind = described.rope_type ?? described.type ?? 'default';
  if (kind === 'default') return result;
  if (kind === 'linear' || kind === 'dynamic')
    return { ...result, scaling: { kind, factor: need('factor') } };
  if (kind !== 'llama3') return unsupported(`rope scaling ${String(kind)} is not supported`);
  return {
    ...result,
    scaling: {
      kind,
      factor: need('factor'),
      lowFrequencyFactor: need('low_freq_factor'),
      highFrequencyFactor: need('high_freq_factor'),
      originalMaxPositions: need('original_max_position_embeddings'),
    },
  };
}
