// How a model's weights and caches lie in the memory of a server, what that takes, and how they get there.

import { decodeBlocks, encodeBlocks } from '../io/gguf/blocks.ts';
import { MATVEC_ROWS } from '../kernels/c/templates/matmul.ts';
import type { ParameterInfo } from '../models/config.ts';
import { elementsOf } from '../models/config.ts';
import { type ModelConfig, modelOf } from '../models/families.ts';
import type { SharedMemory } from '../runtime/cpu.ts';
import { type BlockStorage, bytesPerElement, type SharedParam } from '../schedule/launch.ts';
import { OutOfMemory } from '../train/memory.ts';
import { cacheShape, traceRowsStep } from './rows-step.ts';

/** Where weights come from, one at a time. */
export interface WeightSource {
  readonly config: ModelConfig;
  /** Values of a parameter in the model's own order. */
  floats(name: string): Float32Array;
  /** How a source in blocks wants a matrix kept, and the blocks if it has just these: [out, in], blocks along in. */
  stored?(name: string): { readonly storage: BlockStorage; readonly read?: () => Uint8Array } | undefined;
  close?(): void;
}

/** int8 is Q8_0; q4 is Q4_0 with the embedding and the head in Q8_0, which cost little and matter most. */
export type Quantization = 'int8' | 'q4';
export const quantizations: readonly Quantization[] = ['int8', 'q4'];

export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** [in, out] with the model, [out, in] here. */
  readonly transposed: boolean;
  readonly storage?: BlockStorage;
}

const BLOCK = 32;

function storageOf(
  info: ParameterInfo,
  width: number,
  source: WeightSource,
  quantize: Quantization | undefined,
): BlockStorage | undefined {
  if (!['matrix', 'head', 'embedding'].includes(info.role) || width % BLOCK !== 0) return undefined;
  const kept = source.stored?.(info.name)?.storage;
  if (kept || !quantize) return kept;
  return quantize === 'int8' || info.role !== 'matrix' ? 'Q8_0' : 'Q4_0';
}

/** Every weight as it is kept. A source's own blocks stay what they are; the rest is quantised where asked. */
export function weightLayout(source: WeightSource, quantize?: Quantization): StoredWeight[] {
  const { config } = source;
  const { transposed } = traceRowsStep(config, { rows: 1, slots: 1, context: 1, logits: 'every' });
  return modelOf(config).parameters.map((info) => {
    const isTransposed = transposed.has(info.name);
    const width = info.shape[isTransposed ? 0 : 1] ?? 0;
    return {
      name: info.name,
      shape: info.shape,
      transposed: isTransposed,
      storage: storageOf(info, width, source, quantize),
    };
  });
}

/** Rows that a step may have so that each is computed as it would be alone, to the last bit. */
export function rowsAlike({ config }: WeightSource, weights: readonly StoredWeight[]): number {
  const isProduct = modelOf(config).parameters.map(({ role }) =>
    ['matrix', 'head', 'embedding'].includes(role),
  );
  const areBlocks = weights.every(({ storage }, i) => storage !== undefined || !isProduct[i]);
  return areBlocks ? MATVEC_ROWS.blocks : MATVEC_ROWS.floats;
}

/** The memory that all programs of a server share: weights, then caches. */
export function sharedParams(
  config: ModelConfig,
  weights: readonly StoredWeight[],
  slots: number,
  context: number,
): SharedParam[] {
  const cache = elementsOf(cacheShape(config, slots, context));
  return [
    ...weights.map(({ name, shape, storage }) => ({ name, elements: elementsOf(shape), storage })),
    ...Array.from({ length: config.layers }, (_, layer) =>
      ['k', 'v'].map((part) => ({ name: `cache.${layer}.${part}`, elements: cache })),
    ).flat(),
  ];
}

const bytesOf = (params: readonly SharedParam[]) =>
  params.reduce((n, p) => n + p.elements * bytesPerElement(p.storage), 0);

export interface ServingMemory {
  /** Bytes of each part; the work of a step is a bound from above. */
  readonly weights: number;
  readonly caches: number;
  readonly work: number;
  readonly total: number;
}

/** Rows of the longest step. */
export function servingMemory(
  config: ModelConfig,
  params: readonly SharedParam[],
  rows: number,
): ServingMemory {
  const caches = bytesOf(params.filter((p) => p.name.startsWith('cache.')));
  const weights = bytesOf(params) - caches;
  const perRow = 8 * config.hiddenSize + 3 * config.intermediateSize + config.vocabSize;
  const work = 4 * rows * perRow;
  return { weights, caches, work, total: weights + caches + work };
}

const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;

/** @throws OutOfMemory with one line that says what to make smaller */
export function requireServingMemory(needed: ServingMemory, available: number): void {
  if (needed.total <= available) return;
  throw new OutOfMemory(
    `serving needs ${mib(needed.total)} (weights ${mib(needed.weights)}, caches ${mib(needed.caches)}), ` +
      `${mib(available)} are free; use fewer slots, a shorter context or --quantize`,
  );
}

/** [rows, columns] to [columns, rows]. */
function transpose(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < rows; r++) out[c * rows + r] = values[r * columns + c];
  return out;
}

/** The bytes of a weight as `layout` says. */
export function storedValues(source: WeightSource, weight: StoredWeight): Float32Array | Uint8Array {
  const { name, shape, transposed, storage } = weight;
  const kept = source.stored?.(name);
  if (kept?.read && kept.storage === storage) return kept.read();
  const floats = source.floats(name);
  const ordered = transposed ? transpose(floats, shape) : floats;
  return storage ? encodeBlocks(storage, ordered) : ordered;
}

/** The values a model computes with after quantisation, in the model's order: what `float32` comparisons start from. */
export function dequantised(source: WeightSource, weight: StoredWeight): Float32Array {
  if (!weight.storage) return source.floats(weight.name);
  const values = decodeBlocks(weight.storage, storedValues(source, weight) as Uint8Array);
  return weight.transposed ? transpose(values, [...weight.shape].reverse()) : values;
}

/** Fills the shared memory; one weight at a time, so that the model is in memory once. */
export function loadWeights(
  memory: SharedMemory,
  source: WeightSource,
  weights: readonly StoredWeight[],
): void {
  for (const weight of weights) memory.write(weight.name, storedValues(source, weight));
}
