// A model as a folder in Hugging Face's layout: config.json, weights in one safetensors file or in shards with an
// index, generation_config.json and the tokenizer's files beside them. What is written here, transformers loads.

import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Json, unsupported } from '../models/config.ts';
import { configFromHf, configToHf, type ModelConfig, modelOf } from '../models/families.ts';
import { matchTensors } from '../models/tensor-names.ts';
import { encodeBfloat16, encodeFloat16 } from './half.ts';
import { type Tensor as FileTensor, SafetensorsError, writeSafetensors } from './safetensors.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors-file.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LoadedModel {
  readonly config: ModelConfig;
  /** By our names, in the model's order, as float32. */
  readonly parameters: Map<string, NamedTensor>;
  /** generation_config.json, when there is one. */
  readonly generation?: Json;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

async function readJson(path: string): Promise<Json> {
  const text = await readFile(path, 'utf8');
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  } catch {
    // Said below, with the file's name.
  }
  return unsupported(`${basename(path)} is not a JSON object`);
}

/** Names of the shards, each a plain name inside the folder. */
async function shardNames(folder: string): Promise<{ files: string[]; weightMap?: Record<string, unknown> }> {
  if (!existsSync(join(folder, INDEX))) return { files: [SINGLE] };
  const { weight_map: weightMap } = await readJson(join(folder, INDEX));
  if (typeof weightMap !== 'object' || weightMap === null) unsupported(`${INDEX} has no weight_map`);
  const files = [...new Set(Object.values(weightMap as object))];
  const bad = files.find((f) => typeof f !== 'string' || f !== basename(f) || !f.endsWith('.safetensors'));
  if (bad !== undefined) unsupported(`${INDEX} names the shard ${JSON.stringify(bad)}`);
  return { files: files as string[], weightMap: weightMap as Record<string, unknown> };
}

/** All shards open, and where each tensor is. */
function locate(files: ReadonlyMap<string, SafetensorsFile>, weightMap?: Record<string, unknown>) {
  const places = new Map<string, { file: SafetensorsFile; shape: readonly number[] }>();
  for (const [fileName, file] of files) {
    for (const [name, { shape }] of file.tensors) {
      if (weightMap && weightMap[name] !== fileName) {
        unsupported(`tensor ${name} is in ${fileName}, ${INDEX} says ${String(weightMap[name])}`);
      }
      places.set(name, { file, shape });
    }
  }
  const absent = Object.keys(weightMap ?? {}).find((name) => !places.has(name));
  if (absent !== undefined) unsupported(`tensor ${absent} of ${INDEX} is in none of the shards`);
  return places;
}

/** A model folder whose weights are read one at a time. */
export interface OpenModel {
  readonly config: ModelConfig;
  readonly generation?: Json;
  /** Values of a parameter by our name, as float32. */
  floats(name: string): Float32Array;
  close(): void;
}

/**
 * Opens a model folder. All names and shapes are checked against the configuration before any weight is read.
 * @throws UnsupportedConfig or SafetensorsError with one line naming the tensor and the shapes; file errors
 */
export async function openModelFolder(folder: string): Promise<OpenModel> {
  const config = configFromHf(await readJson(join(folder, 'config.json')));
  const model = modelOf(config);
  const { files: names, weightMap } = await shardNames(folder);
  const files = new Map<string, SafetensorsFile>();
  const close = () => {
    for (const file of files.values()) file.close();
  };
  try {
    for (const name of names) files.set(name, openSafetensors(join(folder, name)));
    const places = locate(files, weightMap);
    const matched = matchTensors(model, places);
    const generationPath = join(folder, 'generation_config.json');
    return {
      config,
      generation: existsSync(generationPath) ? await readJson(generationPath) : undefined,
      floats(name) {
        const fileName = matched.get(name)!;
        return places.get(fileName)!.file.floats(fileName);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Reads a whole model folder, one tensor at a time, so that memory holds the model once. Throws as openModelFolder. */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const { config, generation, floats, close } = await openModelFolder(folder);
  try {
    const { parameters: infos } = modelOf(config);
    const parameters = new Map(infos.map(({ name, shape }) => [name, { shape, data: floats(name) }]));
    return { config, parameters, generation };
  } finally {
    close();
  }
}

export interface SaveOptions {
  readonly dtype?: 'F32' | 'F16' | 'BF16';
  /** Weights are cut into shards of at most this many bytes where possible; transformers' default is 5 GB. */
  readonly maxShardBytes?: number;
  /** More keys for generation_config.json. */
  readonly generation?: Json;
  /** Files copied beside the weights under their own names: tokenizer.json and the like. */
  readonly copy?: readonly string[];
}

const TORCH = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

function converted({ shape, data }: NamedTensor, dtype: 'F32' | 'F16' | 'BF16'): FileTensor {
  if (dtype === 'F32') return { dtype, shape, data };
  return { dtype, shape, data: dtype === 'F16' ? encodeFloat16(data) : encodeBfloat16(data) };
}

/** Names of the parameters by shard, in the model's order. */
function cutIntoShards(
  parameters: ReadonlyMap<string, NamedTensor>,
  bytesPerValue: number,
  maxBytes: number,
): string[][] {
  const shards: string[][] = [[]];
  let bytes = 0;
  for (const [name, { data }] of parameters) {
    const size = data.length * bytesPerValue;
    if (bytes > 0 && bytes + size > maxBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards[shards.length - 1].push(name);
    bytes += size;
  }
  return shards;
}

/**
 * Writes the folder that `AutoModelForCausalLM.from_pretrained` reads; returns the names of its files.
 * @throws SafetensorsError when the parameters are not the configuration's; file errors
 */
export async function saveModel(
  folder: string,
  config: ModelConfig,
  parameters: ReadonlyMap<string, NamedTensor>,
  options: SaveOptions = {},
): Promise<string[]> {
  const { dtype = 'F32', maxShardBytes = 5e9 } = options;
  for (const { name, shape } of modelOf(config).parameters) {
    const got = parameters.get(name);
    if (`${got?.shape}` !== `${shape}`) {
      throw new SafetensorsError(`${name} is [${got?.shape ?? 'missing'}], the model needs [${shape}]`);
    }
  }
  const written: string[] = [];
  const json = async (name: string, value: unknown) => {
    await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
    written.push(name);
  };
  const shards = cutIntoShards(parameters, BYTES[dtype], maxShardBytes);
  const fileName = (i: number) =>
    shards.length === 1
      ? SINGLE
      : `model-${String(i + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
  const weightMap: Record<string, string> = {};
  // Of an earlier export into the same folder: what is loaded is never half of one and half of the other.
  for (const name of shards.length > 1 ? [INDEX, SINGLE] : [INDEX])
    await rm(join(folder, name), { force: true });
  for (const [i, names] of shards.entries()) {
    const tensors = new Map(names.map((name) => [name, converted(parameters.get(name)!, dtype)]));
    await writeSafetensors(join(folder, fileName(i)), tensors, { format: 'pt' });
    written.push(fileName(i));
    for (const name of names) weightMap[name] = fileName(i);
  }
  if (shards.length > 1) {
    const total = [...parameters.values()].reduce((n, t) => n + t.data.length * BYTES[dtype], 0);
    await json(INDEX, { metadata: { total_size: total }, weight_map: weightMap });
  }
  await json('config.json', { ...configToHf(config), torch_dtype: TORCH[dtype] });
  const { bosTokenId, eosTokenId, padTokenId } = config;
  const ends = { bos_token_id: bosTokenId, eos_token_id: eosTokenId, pad_token_id: padTokenId };
  await json('generation_config.json', { ...ends, max_length: config.maxPositions, ...options.generation });
  for (const path of options.copy ?? []) {
    await copyFile(path, join(folder, basename(path)));
    written.push(basename(path));
  }
  return written;
}

/**
 * Writes tokenizer_config.json beside a tokenizer.json, for `AutoTokenizer.from_pretrained`. Documents are packed with the
 * end-of-sequence token between them, so that token also is what a text begins with (as in GPT-2).
 */
export async function writeTokenizerConfig(
  folder: string,
  pieces: { readonly end?: string; readonly unknown?: string; readonly padding?: string },
  maxPositions: number,
): Promise<string> {
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: pieces.end,
    eos_token: pieces.end,
    unk_token: pieces.unknown,
    pad_token: pieces.padding,
    model_max_length: maxPositions,
    clean_up_tokenization_spaces: false,
  };
  await writeFile(join(folder, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  return 'tokenizer_config.json';
}

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'spiece.model',
];

/** Paths of the tokenizer's files of a model folder, to be copied when the model is saved again. */
export async function tokenizerFiles(folder: string): Promise<string[]> {
  const present = new Set(await readdir(folder));
  return TOKENIZER_FILES.filter((name) => present.has(name)).map((name) => join(folder, name));
}
