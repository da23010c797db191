import { z } from 'zod';
import type { BpeModel } from './bpe.ts';
import { TokenizerError } from './errors.ts';

/**
 * Byte-level BPE in `tokenizer.json` as GPT-2 and Llama 3 have it: pre-tokenizer `ByteLevel`, alone or behind one or
 * more `Split` by a pattern. Anything that would change ids and is not known here is refused by name.
 */
const AddedToken = z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean() });
const Part = z.looseObject({
  type: z.string(),
  add_prefix_space: z.boolean().optional(),
  use_regex: z.boolean().optional(),
  behavior: z.string().optional(),
  invert: z.boolean().optional(),
  pattern: z.looseObject({ Regex: z.string().optional(), String: z.string().optional() }).optional(),
});
const PreTokenizer = Part.extend({ pretokenizers: z.array(Part).optional() });
const File = z.looseObject({
  added_tokens: z.array(AddedToken).default([]),
  normalizer: z.looseObject({ type: z.string() }).nullable().optional(),
  pre_tokenizer: PreTokenizer.nullable().optional(),
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    ignore_merges: z.boolean().default(false),
    continuing_subword_prefix: z.string().nullable().optional(),
    end_of_word_suffix: z.string().nullable().optional(),
    dropout: z.number().nullable().optional(),
  }),
});

/** GPT-2's pattern: contractions, words, numbers and signs with the space before them, and white space. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function refuse(what: string): never {
  throw new TokenizerError('UnsupportedTokenizerFile', { what }, `Unsupported tokenizer.json: ${what}`);
}

/** White space as Unicode has it, which is not what JavaScript's \s is; possessive quantifiers become plain ones. */
function patternOf(source: string): RegExp {
  const translated = source
    .replace(/\\s/g, '\\p{White_Space}')
    .replace(/\\S/g, '\\P{White_Space}')
    .replace(/((?<!\\)[+*?]|\{\d+(?:,\d*)?\})\+/g, '$1');
  try {
    return new RegExp(translated, 'gu');
  } catch {
    return refuse(`the pattern ${source}`);
  }
}

/** The letter that files show for each byte: itself where it can be seen, else one from U+0100 on (GPT-2). */
export const BYTE_LETTERS: readonly string[] = (() => {
  let further = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(visible ? byte : further++);
  });
})();
const BYTE_OF = new Map(BYTE_LETTERS.map((letter, byte) => [letter, byte]));

function bytesOf(name: string): Uint8Array | undefined {
  const bytes = Array.from(name, (letter) => BYTE_OF.get(letter));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes as number[]) : undefined;
}

function cutting(pre: z.infer<typeof PreTokenizer> | null | undefined) {
  const patterns: RegExp[] = [];
  let addPrefixSpace = false;
  let byteLevel = false;
  for (const part of pre?.type === 'Sequence' ? (pre.pretokenizers ?? []) : pre ? [pre] : []) {
    if (part.type === 'ByteLevel') {
      byteLevel = true;
      addPrefixSpace = part.add_prefix_space ?? true;
      if (part.use_regex ?? true) patterns.push(patternOf(GPT2));
    } else if (part.type === 'Split' && part.pattern?.Regex !== undefined) {
      if (part.behavior !== 'Isolated' || part.invert) refuse(`splitting by ${part.behavior}`);
      patterns.push(patternOf(part.pattern.Regex));
    } else refuse(`the pre-tokenizer ${part.type}`);
  }
  if (!byteLevel) refuse('a BPE model that is not byte-level');
  if (addPrefixSpace && patterns.length > 1) refuse('a space in front together with patterns of its own');
  return { patterns, addPrefixSpace };
}

function parse(text: string): z.infer<typeof File> {
  try {
    return File.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}` : 'it is not JSON';
    throw new TokenizerError('InvalidTokenizerFile', { reason }, `Not a tokenizer.json: ${reason}`);
  }
}

/** @throws TokenizerError InvalidTokenizerFile, UnsupportedTokenizerFile (with `what`) */
export function decodeBpeTokenizerJson(text: string): BpeModel {
  const { added_tokens: added, normalizer, pre_tokenizer: pre, model } = parse(text);
  if (normalizer) refuse(`the normalizer ${normalizer.type}`);
  if (model.continuing_subword_prefix || model.end_of_word_suffix) refuse('marks inside or behind words');
  if (model.dropout) refuse('dropout');
  const ids = new Map(Object.entries(model.vocab));
  for (const { id, content } of added) ids.set(content, id);
  const size = 1 + [...ids.values()].reduce((most, id) => Math.max(most, id), -1);
  const names: (string | undefined)[] = new Array(size).fill(undefined);
  for (const [name, id] of ids) names[id] = name;
  const addedIds = new Set(added.map(({ id }) => id));
  const utf8 = new TextEncoder();
  const pieces = names.map((name, id) => {
    if (name === undefined) return undefined;
    return addedIds.has(id) ? utf8.encode(name) : bytesOf(name);
  });
  const idOf = (name: string) => {
    const id = model.vocab[name];
    if (id !== undefined) return id;
    const reason = `"${name}" is in no piece`;
    throw new TokenizerError('InvalidTokenizerFile', { reason }, `Not a sound tokenizer.json: ${reason}`);
  };
  const merges = model.merges.map((merge): [number, number, number] => {
    const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge;
    return [idOf(left), idOf(right), idOf(left + right)];
  });
  const special = (...candidates: string[]) =>
    candidates.map((name) => ids.get(name)).find((id) => id !== undefined) ?? -1;
  return {
    pieces,
    names,
    byteIds: Int32Array.from(BYTE_LETTERS, idOf),
    merges,
    ...cutting(pre),
    ignoreMerges: model.ignore_merges,
    specials: new Set(added.filter((token) => token.special).map(({ id }) => id)),
    bosId: special('<s>', '<|begin_of_text|>'),
    eosId: special('</s>', '<|endoftext|>', '<|end_of_text|>'),
    padId: special('<pad>'),
  };
}
