import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NamedTensor, saveModel, writeTokenizerConfig } from '../io/model-folder.ts';
import { decodeSafetensors } from '../io/safetensors.ts';
import { configFromHf, type ModelConfig, modelOf } from '../models/families.ts';
import { matchTensors } from '../models/tensor-names.ts';
import { createTokenizer, decodeTokenizerJson, type Tokenizer } from '../tokenizer/index.ts';
import type { OutputFile } from './stage.ts';

/** A model as it lies in its artifact: what is needed to run it or to go on from it. */
export interface ModelFiles {
  config: ModelConfig;
  parameters: Map<string, NamedTensor>;
  tokenizer: Tokenizer;
}

/** Writes the folder that `AutoModelForCausalLM.from_pretrained` and `AutoTokenizer.from_pretrained` read. */
export async function writeModelFiles(
  outDir: string,
  config: ModelConfig,
  parameters: ReadonlyMap<string, NamedTensor>,
  tokenizerJson: string,
): Promise<OutputFile[]> {
  const file = (path: string, mediaType = 'application/json'): OutputFile => ({
    path,
    localPath: join(outDir, path),
    mediaType,
  });
  const written = await saveModel(outDir, config, parameters, { generation: { do_sample: true } });
  await copyFile(tokenizerJson, join(outDir, 'tokenizer.json'));
  const pieces = { end: '</s>', unknown: '<unk>', padding: '<pad>' };
  const tokenizerConfig = await writeTokenizerConfig(outDir, pieces, config.maxPositions);
  return [
    ...written.map((path) =>
      file(path, path.endsWith('.safetensors') ? 'application/octet-stream' : 'application/json'),
    ),
    file('tokenizer.json'),
    file(tokenizerConfig),
  ];
}

/**
 * Reads a model artifact back; `read` gives the bytes of one of its files.
 * @throws UnsupportedConfig, SafetensorsError, TokenizerError when a file is not what its name says; Error when a
 *   parameter is missing
 */
export async function readModelFiles(read: (name: string) => Promise<Uint8Array>): Promise<ModelFiles> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const config = configFromHf(JSON.parse(await text('config.json')));
  const { tensors } = decodeSafetensors(await read('model.safetensors'));
  const parameters = new Map<string, NamedTensor>();
  for (const [name, fileName] of matchTensors(modelOf(config), tensors)) {
    const tensor = tensors.get(fileName)!;
    if (tensor.dtype !== 'F32') throw new Error(`model.safetensors: ${fileName} is ${tensor.dtype}, not F32`);
    parameters.set(name, { shape: tensor.shape, data: tensor.data });
  }
  const tokenizer = createTokenizer(decodeTokenizerJson(await text('tokenizer.json')));
  return { config, parameters, tokenizer };
}
