import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, writeSafetensors } from '../io/safetensors.ts';
import { type LlamaConfig, llamaFromHf, llamaParameters, llamaToHf } from '../models/llama-config.ts';
import { createTokenizer, decodeTokenizerJson, type Tokenizer } from '../tokenizer/index.ts';
import type { OutputFile } from './stage.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model as it lies in its artifact: what is needed to run it or to go on from it. */
export interface ModelFiles {
  config: LlamaConfig;
  parameters: Map<string, NamedTensor>;
  tokenizer: Tokenizer;
}

/**
 * Writes the folder that `AutoModelForCausalLM.from_pretrained` and `AutoTokenizer.from_pretrained` read. Documents are
 * packed with the end-of-sequence token between them, so that token also is what a text begins with (as in GPT-2).
 */
export async function writeModelFiles(
  outDir: string,
  config: LlamaConfig,
  parameters: ReadonlyMap<string, NamedTensor>,
  tokenizerJson: string,
): Promise<OutputFile[]> {
  const file = (path: string, mediaType = 'application/json'): OutputFile => ({
    path,
    localPath: join(outDir, path),
    mediaType,
  });
  const json = async (path: string, value: unknown) => {
    await writeFile(join(outDir, path), `${JSON.stringify(value, null, 2)}\n`);
    return file(path);
  };
  const tensors = new Map(
    [...parameters].map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]),
  );
  await writeSafetensors(join(outDir, 'model.safetensors'), tensors, { format: 'pt' });
  await copyFile(tokenizerJson, join(outDir, 'tokenizer.json'));
  const ends = {
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenId,
    pad_token_id: config.padTokenId,
  };
  return [
    file('model.safetensors', 'application/octet-stream'),
    await json('config.json', llamaToHf(config)),
    await json('generation_config.json', { ...ends, max_length: config.maxPositions, do_sample: true }),
    file('tokenizer.json'),
    await json('tokenizer_config.json', {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '</s>',
      eos_token: '</s>',
      unk_token: '<unk>',
      pad_token: '<pad>',
      model_max_length: config.maxPositions,
      clean_up_tokenization_spaces: false,
    }),
  ];
}

/**
 * Reads a model artifact back; `read` gives the bytes of one of its files.
 * @throws UnsupportedConfig, SafetensorsError, TokenizerError when a file is not what its name says; Error when a
 *   parameter is missing
 */
export async function readModelFiles(read: (name: string) => Promise<Uint8Array>): Promise<ModelFiles> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const config = llamaFromHf(JSON.parse(await text('config.json')));
  const { tensors } = decodeSafetensors(await read('model.safetensors'));
  const parameters = new Map<string, NamedTensor>();
  for (const { name, shape } of llamaParameters(config)) {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== 'F32' || `${tensor.shape}` !== `${shape}`)
      throw new Error(`model.safetensors has no float32 tensor ${name} of shape [${shape}]`);
    parameters.set(name, { shape, data: tensor.data });
  }
  const tokenizer = createTokenizer(decodeTokenizerJson(await text('tokenizer.json')));
  return { config, parameters, tokenizer };
}
