// Which tensors of a checkpoint are parameters, under which of their spellings, and which are buffers that
// older exports carry along: attention masks and rotary frequencies, all recomputed from the configuration.

import { unsupported } from './config.ts';
import type { Family, Model } from './model.ts';

interface FamilyNames {
  readonly buffers: readonly RegExp[];
  /** Other spellings found in files, rewritten to ours. */
  readonly aliases: readonly (readonly [RegExp, string])[];
  /** The tensor that repeats the tied embedding in some files. */
  readonly head: string;
}

const names: Readonly<Record<Family, FamilyNames>> = {
  llama: {
    buffers: [/^model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/, /^model\.rotary_emb\.inv_freq$/],
    aliases: [],
    head: 'lm_head.weight',
  },
  gpt2: {
    buffers: [/^transformer\.h\.\d+\.attn\.(bias|masked_bias)$/],
    // OpenAI's own files and bare GPT2Model exports have no prefix.
    aliases: [[/^(wte|wpe|h|ln_f)\./, 'transformer.$1.']],
    head: 'lm_head.weight',
  },
  gpt_neox: {
    buffers: [
      /^gpt_neox\.layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
      /^gpt_neox\.rotary_emb\.inv_freq$/,
    ],
    aliases: [
      [/^(embed_in|layers|final_layer_norm)\./, 'gpt_neox.$1.'],
      [/^lm_head\.weight$/, 'embed_out.weight'],
    ],
    head: 'embed_out.weight',
  },
};

/** A tensor of a file as far as it can be known from a header. */
export interface TensorHeader {
  readonly shape: readonly number[];
}

/**
 * For each parameter of the model the name of its tensor in the file.
 * @throws UnsupportedConfig with one line that names the tensor and the two shapes: unknown, missing, or misshapen
 */
export function matchTensors(model: Model, tensors: ReadonlyMap<string, TensorHeader>): Map<string, string> {
  const { buffers, aliases, head } = names[model.family];
  const wanted = new Map(model.parameters.map((p) => [p.name, p]));
  const embedding = model.parameters.find((p) => p.role === 'embedding')!;
  const found = new Map<string, string>();
  for (const [fileName, { shape }] of tensors) {
    const name = aliases.reduce((n, [from, to]) => n.replace(from, to), fileName);
    if (buffers.some((pattern) => pattern.test(name))) continue;
    const copyOfEmbedding = name === head && !wanted.has(head);
    const parameter = copyOfEmbedding ? embedding : wanted.get(name);
    if (!parameter) {
      unsupported(`tensor ${fileName} [${shape}] is not part of this ${model.family} model`);
    }
    if (`${shape}` !== `${parameter.shape}`) {
      unsupported(`tensor ${fileName} is [${shape}], the model's ${parameter.name} is [${parameter.shape}]`);
    }
    if (copyOfEmbedding) continue;
    const twin = found.get(name);
    if (twin !== undefined) unsupported(`tensors ${twin} and ${fileName} both are ${name}`);
    found.set(name, fileName);
  }
  for (const { name, shape } of model.parameters) {
    if (!found.has(name)) unsupported(`tensor ${name} [${shape}] is missing in the file`);
  }
  return found;
}
