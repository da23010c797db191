// Whole models in one GGUF file.

import { type ModelConfig, modelOf } from '../../models/families.ts';
import type { Model } from '../../models/model.ts';
import type { LoadedModel, NamedTensor } from '../model-folder.ts';
import type { WritableKind } from './blocks.ts';
import { configFromMetadata, configToMetadata, ropeFactors } from './config.ts';
import { GgufError, tensorKinds } from './format.ts';
import { fromFileOrder, type Placement, placements, toFileOrder } from './names.ts';
import { type GgufFile, openGguf } from './read.ts';
import { type GgufTokenizer, tokenizerFromMetadata, tokenizerToMetadata } from './tokenizer.ts';
import { type TensorToWrite, writeGguf } from './write.ts';

export interface LoadedGguf extends LoadedModel {
  readonly name?: string;
  readonly tokenizer: GgufTokenizer;
}

/** Tensors that are computed from the metadata. */
const DERIVED = new Set(['rope_freqs.weight']);

/**
 * Where each parameter lies in a file.
 * @throws GgufError where one is missing or has another shape, or where the file holds a tensor that the model has not
 */
export function placesIn(file: Pick<GgufFile, 'tensors'>, model: Model): Map<string, Placement> {
  const places = placements(model);
  for (const [name, place] of places) {
    const stored = file.tensors.get(place.name);
    if (!stored) throw new GgufError(`tensor ${place.name} [${place.shape}] (${name}) is missing`);
    if (`${stored.shape}` !== `${place.shape}`) {
      throw new GgufError(`tensor ${place.name} is [${stored.shape}], the model needs [${place.shape}]`);
    }
  }
  const known = new Set([...places.values()].map((p) => p.name));
  const extra = [...file.tensors.keys()].find((name) => !known.has(name) && !DERIVED.has(name));
  if (extra)
    throw new GgufError(`tensor ${extra} [${file.tensors.get(extra)!.shape}] is not part of the model`);
  return places;
}

/**
 * Reads a model, weights as float32. All names and shapes are checked before any weight is read.
 * @throws GgufError or UnsupportedConfig with one line; file errors
 */
export async function loadGguf(path: string): Promise<LoadedGguf> {
  const file = openGguf(path);
  try {
    const config = configFromMetadata(file.metadata, file.tensors);
    const model = modelOf(config);
    const places = placesIn(file, model);
    const parameters = new Map<string, NamedTensor>();
    for (const { name, shape } of model.parameters) {
      const place = places.get(name)!;
      parameters.set(name, { shape, data: fromFileOrder(file.floats(place.name), place) });
    }
    const title = file.metadata.get('general.name')?.value;
    return {
      config,
      parameters,
      name: typeof title === 'string' ? title : undefined,
      tokenizer: tokenizerFromMetadata(file.metadata),
    };
  } finally {
    file.close();
  }
}

export interface SaveGgufOptions extends GgufTokenizer {
  readonly name?: string;
  /** Storage of matrices; vectors stay F32, and so do matrices whose rows are no whole blocks. */
  readonly kind?: WritableKind;
}

/** @throws GgufError when the parameters are not the configuration's; file errors */
export async function saveGguf(
  path: string,
  config: ModelConfig,
  parameters: ReadonlyMap<string, NamedTensor>,
  options: SaveGgufOptions = {},
): Promise<void> {
  const { kind = 'F16', name = 'tsudoi' } = options;
  const tensors = new Map<string, TensorToWrite>();
  for (const [ours, place] of placements(modelOf(config))) {
    const tensor = parameters.get(ours);
    if (!tensor) throw new GgufError(`parameter ${ours} is missing`);
    const fits = place.shape.length === 2 && place.shape[1] % tensorKinds[kind].block === 0;
    tensors.set(place.name, {
      kind: fits ? kind : 'F32',
      shape: place.shape,
      data: () => toFileOrder(tensor.data, place),
    });
  }
  const factors = config.family === 'gpt2' || config.family === 'gpt_neox' ? undefined : ropeFactors(config);
  if (factors)
    tensors.set('rope_freqs.weight', { kind: 'F32', shape: [factors.length], data: () => factors });
  await writeGguf(
    path,
    new Map([...configToMetadata(config, name), ...tokenizerToMetadata(options)]),
    tensors,
  );
}
