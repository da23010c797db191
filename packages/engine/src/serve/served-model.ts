// A model as a server needs it: weights, tokenizer, chat template and the tokens that begin and end a text. From a
// folder in Hugging Face's layout or from one GGUF file.

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { configFromMetadata } from '../io/gguf/config.ts';
import { GgufError, tensorKinds } from '../io/gguf/format.ts';
import { placesIn } from '../io/gguf/model.ts';
import { fromFileOrder } from '../io/gguf/names.ts';
import { openGguf } from '../io/gguf/read.ts';
import { tokenizerFromMetadata } from '../io/gguf/tokenizer.ts';
import { type OpenModel, openModelFolder } from '../io/model-folder.ts';
import { modelOf } from '../models/families.ts';
import {
  createBpeTokenizer,
  createTokenizer,
  decodeBpeTokenizerJson,
  decodeSentencePieceModel,
  decodeTokenizerJson,
  type Tokenizer,
  TokenizerError,
} from '../tokenizer/index.ts';
import type { PieceType } from '../tokenizer/model.ts';
import type { WeightSource } from './weights.ts';

export interface ServedModel {
  readonly name: string;
  readonly source: WeightSource;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate?: string;
  /** Pieces that are no text: they may stand in a rendered chat template and become single ids. */
  readonly specials: ReadonlyMap<string, number>;
  /** Put before the prompt of a plain completion. */
  readonly beginId?: number;
  readonly bosToken?: string;
  readonly eosToken?: string;
  readonly endIds: readonly number[];
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

async function jsonFile(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) return {};
  try {
    return record(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    throw new TokenizerError('InvalidTokenizerFile', { reason: path }, `${basename(path)} is not JSON`);
  }
}

/** What kind of model a tokenizer.json holds. @throws TokenizerError when it is not JSON */
export function tokenizerKind(text: string): unknown {
  try {
    return record(record(JSON.parse(text)).model).type;
  } catch {
    const name = 'tokenizer.json';
    throw new TokenizerError('InvalidTokenizerFile', { reason: name }, `${name} is not JSON`);
  }
}

function tokenizerFromJson(text: string): Tokenizer {
  return tokenizerKind(text) === 'BPE'
    ? createBpeTokenizer(decodeBpeTokenizerJson(text))
    : createTokenizer(decodeTokenizerJson(text));
}

/** Contents of special added tokens of a tokenizer.json. */
function specialsOf(text: string | undefined): Map<string, number> {
  const added = text === undefined ? [] : record(JSON.parse(text)).added_tokens;
  const list = Array.isArray(added) ? added.map(record) : [];
  return new Map(list.filter((t) => t.special === true).map((t) => [String(t.content), Number(t.id)]));
}

/** A token of tokenizer_config.json: its text, or an object around it. */
const tokenText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  const { content } = record(value);
  return typeof content === 'string' ? content : undefined;
};

function templateOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.map(record);
  const chosen = named.find((t) => t.name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : undefined;
}

const numbers = (value: unknown): number[] =>
  (Array.isArray(value) ? value : [value]).filter((id): id is number => Number.isInteger(id));

/** The chat template of a model folder: a file of its own, or a field of tokenizer_config.json. */
export async function chatTemplateIn(folder: string): Promise<string | undefined> {
  const path = join(folder, 'chat_template.jinja');
  if (existsSync(path)) return readFile(path, 'utf8');
  return templateOf((await jsonFile(join(folder, 'tokenizer_config.json'))).chat_template);
}

async function openFolder(folder: string): Promise<ServedModel> {
  const model = await openModelFolder(folder);
  try {
    return await servedFolder(folder, model);
  } catch (error) {
    model.close();
    throw error;
  }
}

async function servedFolder(folder: string, model: OpenModel): Promise<ServedModel> {
  const [jsonPath, spmPath] = [join(folder, 'tokenizer.json'), join(folder, 'tokenizer.model')];
  const text = existsSync(jsonPath) ? await readFile(jsonPath, 'utf8') : undefined;
  if (text === undefined && !existsSync(spmPath)) {
    throw new TokenizerError('InvalidTokenizerFile', { reason: folder }, `${folder} has no tokenizer.json`);
  }
  const tokenizer =
    text === undefined
      ? createTokenizer(decodeSentencePieceModel(await readFile(spmPath)))
      : tokenizerFromJson(text);
  const settings = await jsonFile(join(folder, 'tokenizer_config.json'));
  const [bosToken, eosToken] = [tokenText(settings.bos_token), tokenText(settings.eos_token)];
  const idOf = (token: string | undefined) => (token === undefined ? undefined : tokenizer.pieceToId(token));
  const bosId = idOf(bosToken) ?? model.config.bosTokenId;
  // Where one token stands between documents, it also is what a text begins with.
  const begins = settings.add_bos_token ?? (bosToken !== undefined && bosToken === eosToken);
  const ends = [...numbers(model.generation?.eos_token_id), ...numbers(model.config.eosTokenId)];
  return {
    name: basename(resolve(folder)),
    source: { config: model.config, floats: model.floats, close: model.close },
    tokenizer,
    chatTemplate: await chatTemplateIn(folder),
    specials: specialsOf(text),
    ...(begins === true && bosId !== undefined ? { beginId: bosId } : {}),
    bosToken,
    eosToken,
    endIds: [...new Set([...ends, ...numbers(idOf(eosToken))])],
  };
}

/** Blocks of a matrix as they lie in the file, rows in the model's order. */
function blocksInOrder(bytes: Uint8Array, rows: number, width: number, source?: (place: number) => number) {
  if (!source) return bytes;
  const row = bytes.length / rows;
  const out = new Uint8Array(bytes.length);
  for (let r = 0; r < rows; r++) {
    const ours = Math.floor(source(r * width) / width);
    out.set(bytes.subarray(r * row, (r + 1) * row), ours * row);
  }
  return out;
}

function openGgufSource(path: string) {
  const file = openGguf(path);
  try {
    const config = configFromMetadata(file.metadata, file.tensors);
    const model = modelOf(config);
    const places = placesIn(file, model);
    const shapes = new Map(model.parameters.map((p) => [p.name, p.shape]));
    const source: WeightSource = {
      config,
      floats(name) {
        const place = places.get(name)!;
        return fromFileOrder(file.floats(place.name), place);
      },
      stored(name) {
        const place = places.get(name)!;
        const { kind } = file.tensors.get(place.name)!;
        // Blocks of 256 values are taken over as Q8_0, which keeps what they say.
        if (tensorKinds[kind].block === 1) return undefined;
        const storage = kind === 'Q4_0' ? 'Q4_0' : 'Q8_0';
        if (kind !== storage) return { storage };
        const [rows, width] = place.shape;
        // A matrix that lies transposed in the file lies just so here.
        const isTransposed = `${place.shape}` !== `${shapes.get(name)}` || model.family === 'gpt2';
        const order = isTransposed ? undefined : place.source;
        return { storage, read: () => blocksInOrder(file.bytes(place.name), rows, width, order) };
      },
      close: () => file.close(),
    };
    return { source, metadata: file.metadata };
  } catch (error) {
    file.close();
    throw error;
  }
}

function ggufTokenizer(metadata: ReturnType<typeof openGgufSource>['metadata']): {
  tokenizer: Tokenizer;
  specials: Map<string, number>;
  begins: boolean;
  chatTemplate?: string;
} {
  const { vocabulary, tokenizerJson, chatTemplate } = tokenizerFromMetadata(metadata);
  const kind = metadata.get('tokenizer.ggml.model')?.value;
  const begins = metadata.get('tokenizer.ggml.add_bos_token')?.value === true;
  if (tokenizerJson !== undefined) {
    return {
      tokenizer: tokenizerFromJson(tokenizerJson),
      specials: specialsOf(tokenizerJson),
      begins,
      chatTemplate,
    };
  }
  if (!vocabulary || kind !== 't5') {
    throw new GgufError(
      `the tokenizer kind ${String(kind)} is not supported without its tokenizer.json; t5 (Unigram) is`,
    );
  }
  const control = vocabulary.pieces.map((p, id) => [p, id] as const).filter(([p]) => p.type === 3);
  const pieces = vocabulary.pieces.map((p) => ({ ...p, type: p.type as PieceType }));
  const byteFallback = pieces.some((p) => p.type === 6);
  const tokenizer = createTokenizer({ ...vocabulary, pieces, byteFallback, arithmetic: 'float32' });
  return { tokenizer, specials: new Map(control.map(([p, id]) => [p.piece, id])), begins, chatTemplate };
}

function openGgufModel(path: string): ServedModel {
  const opened = openGgufSource(path);
  try {
    return servedGguf(path, opened);
  } catch (error) {
    opened.source.close?.();
    throw error;
  }
}

function servedGguf(path: string, { source, metadata }: ReturnType<typeof openGgufSource>): ServedModel {
  const { tokenizer, specials, begins, chatTemplate } = ggufTokenizer(metadata);
  const id = (key: string) => {
    const value = Number(metadata.get(`tokenizer.ggml.${key}_token_id`)?.value ?? -1);
    return value >= 0 ? value : undefined;
  };
  const bosId = id('bos') ?? source.config.bosTokenId;
  const eosId = id('eos') ?? source.config.eosTokenId;
  const text = (of: number | undefined) => (of === undefined ? undefined : tokenizer.idToPiece(of));
  return {
    name: basename(path).replace(/\.gguf$/i, ''),
    source,
    tokenizer,
    chatTemplate,
    specials,
    ...((begins || bosId === eosId) && bosId !== undefined ? { beginId: bosId } : {}),
    bosToken: text(bosId),
    eosToken: text(eosId),
    endIds: numbers(eosId),
  };
}

/**
 * Opens a model folder or a GGUF file; weights are read when they are asked for.
 * @throws UnsupportedConfig, SafetensorsError, GgufError, TokenizerError with one line; file errors
 */
export async function openServedModel(path: string): Promise<ServedModel> {
  return statSync(path).isDirectory() ? openFolder(path) : openGgufModel(path);
}
