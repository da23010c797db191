import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Language } from '@tsudoi/schema';
import { documentId } from '../../corpus/document.ts';
import { linesOf } from '../../corpus/jsonl.ts';
import { isHeldOut } from '../../shards/held-out.ts';
import {
  createBpeTokenizer,
  createMergingTokenizer,
  createTokenizer,
  decodeBpeTokenizerJson,
  decodeSentencePiece,
  decodeSentencePieceModel,
  decodeTokenizerJson,
  encodeSentencePieceModel,
  encodeTokenizerJson,
  encodeVocab,
  type Tokenizer,
  TokenizerError,
  type UnigramModel,
} from '../../tokenizer/index.ts';
import { documentsOf } from '../corpus/inputs.ts';
import { UsageError } from '../corpus/subcommand.ts';

/** Runs `read` and puts the file's name before what is wrong with it. */
function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new TokenizerError(error.code, { ...error.params }, `${path}: ${error.message}`);
  }
}

/** A Unigram `.model` of SentencePiece or a `tokenizer.json`, told apart by the name. */
export async function readModel(path: string): Promise<UnigramModel> {
  const bytes = await readFile(path);
  return naming(path, () =>
    path.endsWith('.json')
      ? decodeTokenizerJson(bytes.toString())
      : decodeSentencePieceModel(new Uint8Array(bytes)),
  );
}

/** As `readModel`, ready to encode; a `tokenizer.json` may be byte-level BPE too, and a `.model` BPE. */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  if (!path.endsWith('.json')) {
    const bytes = new Uint8Array(await readFile(path));
    const { kind, model } = naming(path, () => decodeSentencePiece(bytes));
    return kind === 'bpe' ? createMergingTokenizer(model) : createTokenizer(model);
  }
  const text = await readFile(path, 'utf8');
  if (/"type"\s*:\s*"BPE"/.test(text)) {
    return naming(path, () => createBpeTokenizer(decodeBpeTokenizerJson(text)));
  }
  return createTokenizer(await readModel(path));
}

export async function writeModel(dir: string, model: UnigramModel): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'tokenizer.model'), encodeSentencePieceModel(model));
  await writeFile(join(dir, 'tokenizer.json'), encodeTokenizerJson(model));
  await writeFile(join(dir, 'tokenizer.vocab'), encodeVocab(model));
}

export interface Split {
  training: string[];
  heldOut: string[];
}

/**
 * Texts of local files, the held-out ones apart. Plain text is one document a line; every other format is read as
 * `corpus` reads it.
 */
export async function splitTexts(
  paths: readonly string[],
  heldOut: { share: number; seed: number },
  progress: (line: string) => void,
): Promise<Split> {
  const split: Split = { training: [], heldOut: [] };
  const add = (text: string) => {
    const held = heldOut.share > 0 && isHeldOut(documentId(text), heldOut.seed, heldOut.share);
    (held ? split.heldOut : split.training).push(text);
  };
  for (const path of paths) {
    if (path.endsWith('.txt')) {
      for await (const raw of linesOf(createReadStream(path))) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        if (line !== '') add(line);
      }
      continue;
    }
    for await (const document of documentsOf([path], { language: Language.options[0], progress }))
      add(document.text);
  }
  return split;
}

/** `name=path` pairs of an option that may be given several times; without a name it is the path. */
export function named(values: readonly string[]): { name: string; path: string }[] {
  return values.map((value) => {
    const at = value.indexOf('=');
    return at < 0 ? { name: value, path: value } : { name: value.slice(0, at), path: value.slice(at + 1) };
  });
}

export function needed(value: string | undefined, option: string, usage: string): string {
  if (value === undefined) throw new UsageError(`${option} is missing\n${usage}`);
  return value;
}
