// `npm run convert`: a model from a folder in Hugging Face's layout to one GGUF file, or back, or to another precision.

import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { WritableKind } from '../io/gguf/blocks.ts';
import { GgufError } from '../io/gguf/format.ts';
import { loadGguf, saveGguf } from '../io/gguf/model.ts';
import type { GgufTokenizer, GgufVocabulary } from '../io/gguf/tokenizer.ts';
import {
  type LoadedModel,
  loadModel,
  saveModel,
  tokenizerFiles,
  writeTokenizerConfig,
} from '../io/model-folder.ts';
import { SafetensorsError } from '../io/safetensors.ts';
import { UnsupportedConfig } from '../models/config.ts';
import { chatTemplateIn, tokenizerKind } from '../serve/served-model.ts';
import { decodeSentencePieceModel, decodeTokenizerJson, TokenizerError } from '../tokenizer/index.ts';
import { wordsOf } from './failure.ts';

const usage = `usage: npm run -s convert -- MODEL_DIR|FILE.gguf OUT [--kind KIND] [--json]

Writes OUT: one GGUF file where its name ends in .gguf, else a folder that transformers loads.

  --kind   how matrices are kept. GGUF: F16 (default), F32, BF16, Q8_0, Q4_0. Folder: F32 (default), F16, BF16
  --json   one JSON object on stdout`;

class UsageError extends Error {}

const KINDS = {
  gguf: ['F16', 'F32', 'BF16', 'Q8_0', 'Q4_0'],
  folder: ['F32', 'F16', 'BF16'],
} as const;

function options(args: string[]) {
  const known = { kind: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof known; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (!values.help && positionals.length !== 2) throw new UsageError(usage);
  const [from = '', to = ''] = positionals;
  const kinds: readonly string[] = KINDS[to.endsWith('.gguf') ? 'gguf' : 'folder'];
  const kind = values.kind ?? kinds[0];
  if (!values.help && !kinds.includes(kind))
    throw new UsageError(`--kind is one of ${kinds.join(', ')}, not "${kind}"`);
  return { ...values, from, to, kind };
}

interface Source extends LoadedModel {
  readonly tokenizer: GgufTokenizer;
  /** Files that belong to the tokenizer. */
  readonly files: readonly string[];
}

async function open(path: string): Promise<Source> {
  if (!statSync(path).isDirectory()) return { ...(await loadGguf(path)), files: [] };
  const model = await loadModel(path);
  const json = join(path, 'tokenizer.json');
  const tokenizerJson = existsSync(json) ? await readFile(json, 'utf8') : undefined;
  const tokenizer: GgufTokenizer = {
    tokenizerJson,
    vocabulary: await vocabularyOf(path, model, tokenizerJson),
    chatTemplate: await chatTemplateIn(path),
  };
  return { ...model, tokenizer, files: await tokenizerFiles(path) };
}

/** Pieces of a Unigram model, with the ids that the model's configuration gives its texts. */
async function vocabularyOf(
  folder: string,
  { config }: LoadedModel,
  tokenizerJson: string | undefined,
): Promise<GgufVocabulary | undefined> {
  const spm = join(folder, 'tokenizer.model');
  const isUnigram = tokenizerJson !== undefined && tokenizerKind(tokenizerJson) === 'Unigram';
  const vocabulary = isUnigram
    ? decodeTokenizerJson(tokenizerJson)
    : existsSync(spm)
      ? decodeSentencePieceModel(await readFile(spm))
      : undefined;
  const { bosTokenId } = config;
  return vocabulary && { ...vocabulary, bosId: bosTokenId ?? vocabulary.bosId };
}

async function toFolder(folder: string, source: Source, kind: 'F32' | 'F16' | 'BF16'): Promise<void> {
  const { config, parameters, generation, tokenizer, files } = source;
  await mkdir(folder, { recursive: true });
  await saveModel(folder, config, parameters, { dtype: kind, generation, copy: files });
  if (files.length > 0) return;
  if (tokenizer.tokenizerJson === undefined)
    throw new GgufError('the file carries no tokenizer.json: the weights are written, without a tokenizer');
  await writeFile(join(folder, 'tokenizer.json'), tokenizer.tokenizerJson);
  if (tokenizer.chatTemplate !== undefined)
    await writeFile(join(folder, 'chat_template.jinja'), tokenizer.chatTemplate);
  const pieces = tokenizer.vocabulary?.pieces;
  const piece = (id: number | undefined) => (id === undefined ? undefined : pieces?.[id]?.piece);
  const named = {
    end: piece(config.eosTokenId),
    unknown: piece(tokenizer.vocabulary?.unkId),
    padding: piece(config.padTokenId),
  };
  await writeTokenizerConfig(folder, named, config.maxPositions);
}

async function main(args: string[]): Promise<void> {
  const { from, to, kind, json, help } = options(args);
  if (help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const source = await open(from);
  if (to.endsWith('.gguf')) {
    const { config, parameters, tokenizer } = source;
    await saveGguf(to, config, parameters, { ...tokenizer, kind: kind as WritableKind });
  } else {
    await toFolder(to, source, kind as 'F32' | 'F16' | 'BF16');
  }
  const values = [...source.parameters.values()].reduce((n, p) => n + p.data.length, 0);
  process.stdout.write(
    json ? `${JSON.stringify({ out: to, kind, parameters: values })}\n` : `${to}: ${kind}\n`,
  );
}

const EXPECTED = [UsageError, GgufError, SafetensorsError, UnsupportedConfig, TokenizerError];

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${wordsOf(error, EXPECTED)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
