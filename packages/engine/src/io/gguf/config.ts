// Model configurations as GGUF metadata, both ways, under the keys llama.cpp reads. Settings without a key there
// (which GELU, exact rope scaling) travel in `tsudoi.config`, our config.json as text; foreign files do without.

import { configFromHf, configToHf, type ModelConfig, modelOf } from '../../models/families.ts';
import type { Gpt2Config } from '../../models/gpt2-config.ts';
import { gpt2Defaults } from '../../models/gpt2-config.ts';
import { headSize, keyValueHeads, type LlamaConfig } from '../../models/llama-config.ts';
import { type NeoxConfig, rotaryDimensions } from '../../models/neox-config.ts';
import { DEFAULT_THETA, type RopeScaling } from '../../models/rope.ts';
import {
  GgufError,
  type GgufTensor,
  type Metadata,
  type Scalar,
  type ScalarType,
  type Value,
} from './format.ts';
import { architectures } from './names.ts';

const OWN = 'tsudoi.config';
const one = (type: ScalarType, value: Scalar): Value => ({ type, value });

/** Metadata of a configuration; the llama3 kind of rope scaling also needs `ropeFactors` as a tensor. */
export function configToMetadata(config: ModelConfig, name: string): Map<string, Value> {
  const model = modelOf(config);
  const arch = architectures[model.family];
  const out = new Map<string, Value>([
    ['general.architecture', one('string', arch)],
    ['general.name', one('string', name)],
    ['general.quantization_version', one('u32', 2)],
    [OWN, one('string', JSON.stringify(configToHf(config)))],
  ]);
  const u32 = (key: string, value: number) => out.set(`${arch}.${key}`, one('u32', value));
  const f32 = (key: string, value: number) => out.set(`${arch}.${key}`, one('f32', value));
  u32('vocab_size', config.vocabSize);
  u32('context_length', config.maxPositions);
  u32('embedding_length', config.hiddenSize);
  u32('block_count', config.layers);
  u32('feed_forward_length', config.intermediateSize);
  u32('attention.head_count', config.heads);
  const eps = config.normEps ?? gpt2Defaults.normEps;
  f32(
    `attention.layer_norm_${config.family === 'gpt2' || config.family === 'gpt_neox' ? '' : 'rms_'}epsilon`,
    eps,
  );
  if (config.family === 'gpt2') return out;
  f32('rope.freq_base', config.ropeTheta ?? DEFAULT_THETA);
  if (config.ropeScaling?.kind === 'linear') {
    out.set(`${arch}.rope.scaling.type`, one('string', 'linear'));
    f32('rope.scaling.factor', config.ropeScaling.factor);
  }
  if (config.family === 'gpt_neox') {
    u32('rope.dimension_count', rotaryDimensions(config));
    out.set(`${arch}.use_parallel_residual`, one('bool', config.parallelResidual ?? true));
    return out;
  }
  u32('rope.dimension_count', headSize(config));
  u32('attention.head_count_kv', keyValueHeads(config));
  u32('attention.key_length', headSize(config));
  u32('attention.value_length', headSize(config));
  return out;
}

/** Divisors of the rotary frequencies, by which llama.cpp takes llama3 scaling: [headSize / 2]. */
export function ropeFactors(config: LlamaConfig): Float32Array | undefined {
  const s = config.ropeScaling;
  if (s?.kind !== 'llama3') return undefined;
  const half = headSize(config) / 2;
  return Float32Array.from({ length: half }, (_, i) => {
    const turns =
      (s.originalMaxPositions * (config.ropeTheta ?? DEFAULT_THETA) ** -(i / half)) / (2 * Math.PI);
    if (turns < s.lowFrequencyFactor) return s.factor;
    if (turns > s.highFrequencyFactor) return 1;
    const kept = (turns - s.lowFrequencyFactor) / (s.highFrequencyFactor - s.lowFrequencyFactor);
    return 1 / ((1 - kept) / s.factor + kept);
  });
}

class Reader {
  readonly #metadata: Metadata;
  readonly #arch: string;

  constructor(metadata: Metadata, arch: string) {
    this.#metadata = metadata;
    this.#arch = arch;
  }
  get(key: string): unknown {
    return this.#metadata.get(`${this.#arch}.${key}`)?.value;
  }
  optional(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number') throw new GgufError(`${this.#arch}.${key} is no number`);
    return number;
  }
  number(key: string): number {
    const value = this.optional(key);
    if (value === undefined) throw new GgufError(`${this.#arch}.${key} is missing`);
    return value;
  }
}

function scalingOf(read: Reader): RopeScaling | undefined {
  const kind = read.get('rope.scaling.type');
  if (kind === undefined || kind === 'none') return undefined;
  if (kind === 'linear') return { kind, factor: read.number('rope.scaling.factor') };
  throw new GgufError(`rope scaling ${String(kind)} is not supported`);
}

/** @throws GgufError for another architecture or a missing key; UnsupportedConfig where sizes do not fit */
export function configFromMetadata(
  metadata: Metadata,
  tensors: ReadonlyMap<string, GgufTensor>,
): ModelConfig {
  const own = metadata.get(OWN)?.value;
  if (typeof own === 'string') return configFromHf(parse(own));
  const arch = metadata.get('general.architecture')?.value;
  const family = Object.entries(architectures).find(([, name]) => name === arch)?.[0];
  if (!family)
    throw new GgufError(`architecture ${String(arch)} is none of ${Object.values(architectures).join(', ')}`);
  if (tensors.has('rope_freqs.weight'))
    throw new GgufError('rope_freqs.weight (llama3 scaling) cannot be turned back');
  const read = new Reader(metadata, arch as string);
  const embedding = tensors.get('token_embd.weight');
  if (!embedding) throw new GgufError('token_embd.weight is missing');
  const id = (key: string) => metadata.get(`tokenizer.ggml.${key}_token_id`)?.value as number | undefined;
  const common = {
    vocabSize: embedding.shape[0],
    hiddenSize: read.number('embedding_length'),
    layers: read.number('block_count'),
    heads: read.number('attention.head_count'),
    intermediateSize: read.number('feed_forward_length'),
    maxPositions: read.number('context_length'),
    tieEmbeddings: !tensors.has('output.weight'),
    ...{ bosTokenId: id('bos'), eosTokenId: id('eos'), padTokenId: id('padding') },
  };
  if (family === 'gpt2') {
    return { family, ...common, normEps: read.number('attention.layer_norm_epsilon') } satisfies Gpt2Config;
  }
  const rope = { ropeTheta: read.optional('rope.freq_base') ?? DEFAULT_THETA, ropeScaling: scalingOf(read) };
  if (family === 'gpt_neox') {
    const size = common.hiddenSize / common.heads;
    return {
      ...{ family, ...common, ...rope, normEps: read.number('attention.layer_norm_epsilon') },
      rotaryShare: (read.optional('rope.dimension_count') ?? size) / size,
      parallelResidual: read.get('use_parallel_residual') !== false,
    } satisfies NeoxConfig;
  }
  const config: LlamaConfig = {
    ...{ family: 'llama' as const, ...common, ...rope },
    normEps: read.number('attention.layer_norm_rms_epsilon'),
    keyValueHeads: read.optional('attention.head_count_kv'),
    headSize: read.optional('attention.key_length'),
  };
  const [rotated, size] = [read.optional('rope.dimension_count'), headSize(config)];
  if (rotated !== undefined && rotated !== size)
    throw new GgufError(
      `${rotated} of ${size} dimensions of a head are rotated; all are, in this engine's Llama`,
    );
  return config;
}

function parse(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new GgufError(`${OWN} is no JSON object`);
}
