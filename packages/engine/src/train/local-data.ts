// Training data without a hub: text files, a tokenizer read or trained on them, and packed shards kept beside the
// checkpoints, so that a resumed training reads exactly what it read before.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, globSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canonicalJson, type TrainingRecipe } from '@tsudoi/schema';
import { linesIn } from '../corpus/lines-in.ts';
import { openShards, type Shards } from '../shards/open-shards.ts';
import { createShardWriter } from '../shards/shard-writer.ts';
import {
  createTokenizer,
  decodeTokenizerJson,
  encodeTokenizerJson,
  type Tokenizer,
  TokenizerError,
  trainUnigram,
} from '../tokenizer/index.ts';

/** The data a recipe names is not there or not usable; one line. */
export class DataError extends Error {
  override name = 'DataError';
}

export interface LocalData {
  readonly shards: Shards;
  readonly tokenizer: Tokenizer;
  readonly tokenizerJson: string;
  /** Name of the folder of packed data below the output folder; empty for shards that lie elsewhere. */
  readonly packed: string;
}

const TEXT_FILES = ['**/*.txt', '**/*.md', '**/*.jsonl'];

/** Files named by paths, folders and patterns, each once, in a stable order. */
export function expandFiles(names: readonly string[], base: string): string[] {
  const found = new Set<string>();
  for (const name of names) {
    const path = resolve(base, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    const matches = stat?.isFile()
      ? [path]
      : stat?.isDirectory()
        ? globSync(TEXT_FILES, { cwd: path }).map((f) => join(path, f))
        : globSync(path).filter((f) => statSync(f).isFile());
    if (matches.length === 0) throw new DataError(`data.files: "${name}" names no text file`);
    for (const file of matches) found.add(file);
  }
  return [...found].sort();
}

/** Documents of files: a `.jsonl` holds one a line in its field `text`, any other file is one. */
export async function* documents(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) {
    if (!file.endsWith('.jsonl')) {
      yield decodeUtf8(await readFile(file), file);
      continue;
    }
    let line = 0;
    for await (const text of linesIn(createReadStream(file))) {
      line += 1;
      if (text === null) throw new DataError(`${file}:${line} is not UTF-8 text`);
      if (text.trim() !== '') yield textOf(text, `${file}:${line}`);
    }
  }
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${file} is not UTF-8 text`);
  }
}

function textOf(line: string, place: string): string {
  try {
    const { text } = JSON.parse(line) as { text?: unknown };
    if (typeof text === 'string') return text;
  } catch {
    // Said below, with the place.
  }
  throw new DataError(`${place} is no JSON object with a field "text"`);
}

/** What the packed data depends on: the files as they are and the tokenizer's settings. */
function fingerprint(recipe: TrainingRecipe, files: readonly string[]): string {
  const stats = files.map((file) => {
    const { size, mtimeMs } = statSync(file);
    return { file, size, mtimeMs };
  });
  const hash = createHash('sha256').update(canonicalJson({ stats, tokenizer: recipe.tokenizer ?? null }));
  return hash.digest('hex').slice(0, 16);
}

async function namedTokenizer(path: string): Promise<string> {
  if (!existsSync(path)) throw new DataError(`tokenizer.file: there is no ${path}`);
  const text = await readFile(path, 'utf8');
  try {
    decodeTokenizerJson(text);
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new DataError(`tokenizer.file: ${path}: ${error.message}`);
  }
  return text;
}

async function tokenizerJsonFor(
  recipe: TrainingRecipe,
  base: string,
  files: readonly string[],
): Promise<string> {
  const { tokenizer } = recipe;
  if (!tokenizer) throw new DataError('tokenizer: name a file or how to train one; text files need it');
  if ('file' in tokenizer) return namedTokenizer(resolve(base, tokenizer.file));
  const { sampleBytes, ...settings } = tokenizer.train;
  const texts: string[] = [];
  let bytes = 0;
  for await (const text of documents(files)) {
    if (bytes >= sampleBytes) break;
    texts.push(text);
    bytes += Buffer.byteLength(text);
  }
  return encodeTokenizerJson(trainUnigram(texts, settings));
}

async function pack(files: readonly string[], tokenizer: Tokenizer, folder: string): Promise<void> {
  if (tokenizer.eosId < 0) throw new DataError('the tokenizer has no end-of-sequence piece');
  const unfinished = (name: string) => join(folder, `${name}.part`);
  const writer = createShardWriter(unfinished('train.idx'), unfinished('train.bin'), tokenizer.vocabSize);
  try {
    for await (const text of documents(files)) {
      const ids = tokenizer.encode(text);
      const tokens = new Int32Array(ids.length + 1);
      tokens.set(ids);
      tokens[ids.length] = tokenizer.eosId;
      await writer.add(tokens);
    }
    await writer.close();
  } catch (error) {
    writer.discard();
    throw error;
  }
  for (const name of ['train.bin', 'train.idx']) await rename(unfinished(name), join(folder, name));
}

function shardsOf(folder: string): Shards {
  try {
    return openShards(join(folder, 'train.idx'), join(folder, 'train.bin'));
  } catch (error) {
    throw new DataError(`${join(folder, 'train.idx')}: ${(error as Error).message}`);
  }
}

/** Shards that exist already: a folder with train.idx, train.bin and tokenizer.json. */
async function existingShards(recipe: TrainingRecipe, folder: string, base: string): Promise<LocalData> {
  for (const name of ['train.idx', 'train.bin']) {
    if (!existsSync(join(folder, name))) throw new DataError(`data.shards: ${folder} has no ${name}`);
  }
  const named =
    recipe.tokenizer && 'file' in recipe.tokenizer ? resolve(base, recipe.tokenizer.file) : undefined;
  const path = named ?? join(folder, 'tokenizer.json');
  if (!existsSync(path))
    throw new DataError(`data.shards: no tokenizer.json in ${folder}; name one as tokenizer.file`);
  const tokenizerJson = await readFile(path, 'utf8');
  const shards = shardsOf(folder);
  return {
    shards,
    tokenizerJson,
    tokenizer: createTokenizer(decodeTokenizerJson(tokenizerJson)),
    packed: '',
  };
}

export interface LocalDataOptions {
  /** Of the recipe; its paths are relative to it. */
  readonly path: string;
  readonly outDir: string;
  /** What an earlier session packed: taken as it is, however the files have changed since. */
  readonly packed?: string;
  note(line: string): void;
}

/**
 * The packed data of a recipe, made on the first call and found again on later ones.
 * @throws DataError with one line; TokenizerError; file errors
 */
export async function localData(recipe: TrainingRecipe, options: LocalDataOptions): Promise<LocalData> {
  const base = dirname(resolve(options.path));
  if ('shards' in recipe.data) return existingShards(recipe, resolve(base, recipe.data.shards), base);
  const files = expandFiles(recipe.data.files, base);
  const current = `data-${fingerprint(recipe, files)}`;
  const packed = options.packed ?? current;
  if (packed !== current)
    options.note('the text files have changed; going on with the data packed at the start');
  const folder = join(options.outDir, packed);
  if (options.packed && !existsSync(join(folder, 'train.idx'))) {
    throw new DataError(`${folder}, packed when the training began, is gone`);
  }
  const tokenizerPath = join(folder, 'tokenizer.json');
  await mkdir(folder, { recursive: true });
  if (!existsSync(tokenizerPath)) {
    options.note(`tokenizer from ${files.length} files`);
    await writeFile(`${tokenizerPath}.part`, await tokenizerJsonFor(recipe, base, files));
    await rename(`${tokenizerPath}.part`, tokenizerPath);
  }
  const tokenizerJson = await readFile(tokenizerPath, 'utf8');
  const tokenizer = createTokenizer(decodeTokenizerJson(tokenizerJson));
  if (!existsSync(join(folder, 'train.idx'))) {
    options.note(`packing ${files.length} files`);
    await pack(files, tokenizer, folder);
  }
  const shards = shardsOf(folder);
  return { tokenizerJson, tokenizer, shards, packed };
}
