// The public checkpoints of rinna and LLM-jp in the families this engine runs: their sizes as published, so that
// names, shapes and counts can be checked without a download. What a file says always wins over this table:
// vocabularies of LLM-jp are the tokenizers', and files may pad them.

import type { ModelConfig } from './families.ts';

export interface Checkpoint {
  /** Owner and name on the Hugging Face hub. */
  readonly id: string;
  readonly config: ModelConfig;
  /** Number of trained values, where it is published or follows from the published file size. */
  readonly parameters?: number;
}

const gpt2 = (
  id: string,
  [layers, hiddenSize, heads, intermediateSize]: readonly [number, number, number, number],
  vocabSize: number,
  more: { parameters?: number; maxPositions?: number; activation?: 'gelu_new' | 'gelu_fast' } = {},
): Checkpoint => ({
  id,
  parameters: more.parameters,
  config: {
    family: 'gpt2',
    ...{ vocabSize, hiddenSize, layers, heads, intermediateSize },
    maxPositions: more.maxPositions ?? 1024,
    activation: more.activation ?? 'gelu_new',
  },
});

const neox = (
  id: string,
  [layers, hiddenSize, heads, intermediateSize]: readonly [number, number, number, number],
  vocabSize: number,
  parameters: number,
  stretch = 1,
): Checkpoint => ({
  id,
  parameters,
  config: {
    family: 'gpt_neox',
    ...{ vocabSize, hiddenSize, layers, heads, intermediateSize, maxPositions: 2048 * stretch },
    ...{ rotaryShare: 1, parallelResidual: false, activation: 'gelu' as const, tieEmbeddings: false },
    ropeScaling: stretch === 1 ? undefined : { kind: 'linear', factor: stretch },
  },
});

const llama = (
  id: string,
  [layers, hiddenSize, heads, keyValueHeads, intermediateSize]: readonly [
    number,
    number,
    number,
    number,
    number,
  ],
  vocabSize: number,
  more: { maxPositions?: number; ropeTheta?: number; normEps?: number } = {},
): Checkpoint => ({
  id,
  config: {
    family: 'llama',
    ...{ vocabSize, hiddenSize, layers, heads, keyValueHeads, intermediateSize },
    ...{ maxPositions: 4096, ropeTheta: 10000, normEps: 1e-5, tieEmbeddings: false, ...more },
  },
});

const BILLIONS_36 = [36, 2816, 22, 11264] as const;

const rinna: readonly Checkpoint[] = [
  gpt2('rinna/japanese-gpt2-xsmall', [6, 512, 8, 2304], 32000, { parameters: 37_398_016 }),
  gpt2('rinna/japanese-gpt2-small', [12, 768, 12, 3072], 32000, { parameters: 110_418_432 }),
  gpt2('rinna/japanese-gpt2-medium', [24, 1024, 16, 4096], 32000, { parameters: 336_128_000 }),
  gpt2('rinna/japanese-gpt-1b', [24, 2048, 16, 8192], 44928, {
    parameters: 1_302_712_320,
    activation: 'gelu_fast',
  }),
  neox('rinna/japanese-gpt-neox-small', [12, 768, 12, 3072], 44416, 153_278_976),
  ...['', '-instruction-sft', '-instruction-sft-v2', '-instruction-ppo'].map((kind) =>
    neox(`rinna/japanese-gpt-neox-3.6b${kind}`, BILLIONS_36, 32000, 3_607_245_312),
  ),
  ...['', '-instruction-sft', '-instruction-ppo'].map((kind) =>
    neox(`rinna/bilingual-gpt-neox-4b${kind}`, BILLIONS_36, 65536, 3_796_120_064),
  ),
  neox('rinna/bilingual-gpt-neox-4b-8k', BILLIONS_36, 65536, 3_796_120_064, 4),
  llama('rinna/youri-7b', [32, 4096, 32, 32, 11008], 32000),
  llama('rinna/llama-3-youko-8b', [32, 4096, 32, 8, 14336], 128256, {
    maxPositions: 8192,
    ropeTheta: 500000,
  }),
];

const V1 = 50570;
const V2 = 97024;
const V3 = 99487;

const llmJp: readonly Checkpoint[] = [
  gpt2('llm-jp/llm-jp-1.3b-v1.0', [24, 2048, 16, 8192], V1, { maxPositions: 2048 }),
  gpt2('llm-jp/llm-jp-13b-v1.0', [40, 5120, 40, 20480], V1, { maxPositions: 2048 }),
  llama('llm-jp/llm-jp-13b-v2.0', [40, 5120, 40, 40, 13824], V2),
  llama('llm-jp/llm-jp-3-150m', [12, 512, 8, 8, 2048], V3),
  llama('llm-jp/llm-jp-3-440m', [16, 1024, 8, 8, 3584], V3),
  llama('llm-jp/llm-jp-3-980m', [20, 1536, 8, 8, 5376], V3),
  llama('llm-jp/llm-jp-3-1.8b', [24, 2048, 16, 16, 7168], V3),
  llama('llm-jp/llm-jp-3-3.7b', [28, 3072, 24, 24, 8192], V3),
  llama('llm-jp/llm-jp-3-7.2b', [32, 4096, 32, 32, 11008], V3),
  llama('llm-jp/llm-jp-3-13b', [40, 5120, 40, 40, 13824], V3),
  llama('llm-jp/llm-jp-3-172b', [96, 12288, 96, 16, 38464], V3),
  llama('llm-jp/llm-jp-4-8b', [32, 4096, 32, 8, 14336], 196608, {
    ...{ maxPositions: 65536, ropeTheta: 500000, normEps: 1e-6 },
  }),
];

export const publicCheckpoints: readonly Checkpoint[] = [...rinna, ...llmJp];
