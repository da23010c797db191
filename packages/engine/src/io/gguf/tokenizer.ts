// A tokenizer as GGUF metadata. Unigram models are llama.cpp's `t5` kind, which runs the same Viterbi search; the
// whole tokenizer.json travels as well, so that nothing is lost on the way back.

import type { Metadata, Value } from './format.ts';

/** What is needed of a Unigram model; ids are -1 where there is no such piece. */
export interface GgufVocabulary {
  readonly pieces: readonly { readonly piece: string; readonly score: number; readonly type: number }[];
  readonly unkId: number;
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
  readonly addDummyPrefix: boolean;
}

export interface GgufTokenizer {
  readonly vocabulary?: GgufVocabulary;
  /** Text of tokenizer.json. */
  readonly tokenizerJson?: string;
  /** Jinja text. */
  readonly chatTemplate?: string;
}

const GGML = 'tokenizer.ggml';

export function tokenizerToMetadata({
  vocabulary,
  tokenizerJson,
  chatTemplate,
}: GgufTokenizer): Map<string, Value> {
  const out = new Map<string, Value>();
  if (vocabulary) {
    const { pieces } = vocabulary;
    out.set(`${GGML}.model`, { type: 'string', value: 't5' });
    out.set(`${GGML}.tokens`, { type: 'array', of: 'string', value: pieces.map((p) => p.piece) });
    out.set(`${GGML}.scores`, { type: 'array', of: 'f32', value: pieces.map((p) => p.score) });
    out.set(`${GGML}.token_type`, { type: 'array', of: 'i32', value: pieces.map((p) => p.type) });
    const ids = {
      bos: vocabulary.bosId,
      eos: vocabulary.eosId,
      unknown: vocabulary.unkId,
      padding: vocabulary.padId,
    };
    for (const [name, value] of Object.entries(ids)) {
      if (value >= 0) out.set(`${GGML}.${name}_token_id`, { type: 'u32', value });
    }
    out.set(`${GGML}.add_space_prefix`, { type: 'bool', value: vocabulary.addDummyPrefix });
    out.set(`${GGML}.remove_extra_whitespaces`, { type: 'bool', value: false });
    out.set(`${GGML}.add_bos_token`, { type: 'bool', value: false });
    out.set(`${GGML}.add_eos_token`, { type: 'bool', value: false });
  }
  if (tokenizerJson !== undefined)
    out.set('tokenizer.huggingface.json', { type: 'string', value: tokenizerJson });
  if (chatTemplate !== undefined) out.set('tokenizer.chat_template', { type: 'string', value: chatTemplate });
  return out;
}

const textOf = (metadata: Metadata, key: string): string | undefined => {
  const value = metadata.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
};

export function tokenizerFromMetadata(metadata: Metadata): GgufTokenizer {
  const list = (key: string) => {
    const value = metadata.get(`${GGML}.${key}`)?.value;
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  };
  const id = (key: string) => Number(metadata.get(`${GGML}.${key}_token_id`)?.value ?? -1);
  const [tokens, scores, types] = [list('tokens'), list('scores'), list('token_type')];
  const vocabulary = tokens && {
    pieces: tokens.map((piece, i) => ({
      piece: String(piece),
      score: Number(scores?.[i] ?? 0),
      type: Number(types?.[i] ?? 1),
    })),
    ...{ unkId: id('unknown'), bosId: id('bos'), eosId: id('eos'), padId: id('padding') },
    addDummyPrefix: metadata.get(`${GGML}.add_space_prefix`)?.value === true,
  };
  return {
    vocabulary,
    tokenizerJson: textOf(metadata, 'tokenizer.huggingface.json'),
    chatTemplate: textOf(metadata, 'tokenizer.chat_template'),
  };
}
