// Parameters of the three families as llama.cpp names and lays them out, both ways.
// llama: rows of q and k are reordered, because ggml's rotation for it pairs neighbours. gpt2: projections are
// [out, in] there. gptneox: the fused projection is q | k | v there, head by head with us.

import type { ParameterInfo } from '../../models/config.ts';
import type { Family, Model } from '../../models/model.ts';

export const architectures: Readonly<Record<Family, string>> = {
  llama: 'llama',
  gpt2: 'gpt2',
  gpt_neox: 'gptneox',
};

type Pairs = readonly (readonly [ours: string, theirs: string])[];

const outside: Readonly<Record<Family, Pairs>> = {
  llama: [
    ['model.embed_tokens', 'token_embd'],
    ['model.norm', 'output_norm'],
    ['lm_head', 'output'],
  ],
  gpt2: [
    ['transformer.wte', 'token_embd'],
    ['transformer.wpe', 'position_embd'],
    ['transformer.ln_f', 'output_norm'],
    ['lm_head', 'output'],
  ],
  gpt_neox: [
    ['gpt_neox.embed_in', 'token_embd'],
    ['gpt_neox.final_layer_norm', 'output_norm'],
    ['embed_out', 'output'],
  ],
};

const inside: Readonly<Record<Family, { readonly prefix: string; readonly pairs: Pairs }>> = {
  llama: {
    prefix: 'model.layers',
    pairs: [
      ['input_layernorm', 'attn_norm'],
      ['self_attn.q_proj', 'attn_q'],
      ['self_attn.k_proj', 'attn_k'],
      ['self_attn.v_proj', 'attn_v'],
      ['self_attn.o_proj', 'attn_output'],
      ['post_attention_layernorm', 'ffn_norm'],
      ['mlp.gate_proj', 'ffn_gate'],
      ['mlp.up_proj', 'ffn_up'],
      ['mlp.down_proj', 'ffn_down'],
    ],
  },
  gpt2: {
    prefix: 'transformer.h',
    pairs: [
      ['ln_1', 'attn_norm'],
      ['attn.c_attn', 'attn_qkv'],
      ['attn.c_proj', 'attn_output'],
      ['ln_2', 'ffn_norm'],
      ['mlp.c_fc', 'ffn_up'],
      ['mlp.c_proj', 'ffn_down'],
    ],
  },
  gpt_neox: {
    prefix: 'gpt_neox.layers',
    pairs: [
      ['input_layernorm', 'attn_norm'],
      ['attention.query_key_value', 'attn_qkv'],
      ['attention.dense', 'attn_output'],
      ['post_attention_layernorm', 'ffn_norm'],
      ['mlp.dense_h_to_4h', 'ffn_up'],
      ['mlp.dense_4h_to_h', 'ffn_down'],
    ],
  },
};

/** How the values of one parameter are arranged in a GGUF file. */
export interface Placement {
  /** Name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  /** For each row-major place in the file the row-major place with us; absent where they agree. */
  readonly source?: (place: number) => number;
}

function ggufName(family: Family, name: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, kind] = [name.slice(0, dot), name.slice(dot)];
  const known = outside[family].find(([ours]) => ours === stem);
  if (known) return known[1] + kind;
  const { prefix, pairs } = inside[family];
  const rest = stem.slice(prefix.length + 1);
  const layer = rest.slice(0, rest.indexOf('.'));
  const [, theirs] = pairs.find(([ours]) => ours === rest.slice(layer.length + 1))!;
  return `blk.${layer}.${theirs}${kind}`;
}

/** Moves whole rows: row r of the file is our row `rows(r)`. */
const byRow = (width: number, rows: (row: number) => number) => (place: number) =>
  rows(Math.floor(place / width)) * width + (place % width);

function arrangement(
  model: Model,
  { name, shape, fused }: ParameterInfo,
): Pick<Placement, 'shape' | 'source'> {
  const { headSize: size, heads } = model.attention;
  const width = shape[1] ?? 1;
  if (model.family === 'llama' && /\.(q|k)_proj\.weight$/.test(name)) {
    // File rows alternate between the halves of a head: 2i is our i, 2i + 1 our i + size / 2.
    const row = (r: number) => r - (r % size) + Math.floor((r % size) / 2) + (r % 2) * (size / 2);
    return { shape, source: byRow(width, row) };
  }
  if (model.family === 'gpt2' && shape.length === 2 && !/\.(wte|wpe)\.weight$|^lm_head/.test(name)) {
    const [rows, columns] = shape;
    return { shape: [columns, rows], source: (p) => (p % rows) * columns + Math.floor(p / rows) };
  }
  if (fused?.layout === 'heads' || /query_key_value\.bias$/.test(name)) {
    const d = heads * size;
    // File rows are [part, head, i], ours [head, part, i].
    const row = (r: number) => {
      const [part, head, i] = [Math.floor(r / d), Math.floor((r % d) / size), r % size];
      return (head * 3 + part) * size + i;
    };
    return { shape, source: byRow(width, row) };
  }
  return { shape };
}

/** The place of every parameter of a model in a GGUF file, by our names. */
export function placements(model: Model): Map<string, Placement> {
  return new Map(
    model.parameters.map((p) => [p.name, { name: ggufName(model.family, p.name), ...arrangement(model, p) }]),
  );
}

/** Values in the file's arrangement. */
export function toFileOrder(values: Float32Array, { source }: Placement): Float32Array {
  return source ? values.map((_, place) => values[source(place)]) : values;
}

/** Values in our arrangement. */
export function fromFileOrder(values: Float32Array, { source }: Placement): Float32Array {
  if (!source) return values;
  const out = new Float32Array(values.length);
  for (let place = 0; place < values.length; place++) out[source(place)] = values[place];
  return out;
}
