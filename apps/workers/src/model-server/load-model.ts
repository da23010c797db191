import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openBatcher, openServedModel, type Quantization, type Served } from '@tsudoi/engine/serving';
import { artifactDetail, type Hub, type ObjectStore } from '@tsudoi/hub';
import { type Manifest, Rejection } from '@tsudoi/schema';

/** Larger models belong on a node with a GPU, not into the process behind the playground. */
const MAX_BYTES = 2 * 1024 ** 3;
const MODEL_FILE = /^(.*\.safetensors(\.index\.json)?|.*config\.json|tokenizer\.(json|model)|.*\.jinja)$/;

export interface LoadedModel {
  readonly served: Served;
  dispose(): void;
}

/** What a request calls a model: an artifact, as it is or in blocks of 8 or 4 bits (`art_…:int8`, `art_…:q4`). */
export function parseModelName(name: string): { artifactId: string; quantize?: Quantization } | null {
  const found = /^(art_[0-9a-f]{32})(?::(int8|q4))?$/.exec(name);
  return found && { artifactId: found[1], quantize: found[2] as Quantization | undefined };
}

/**
 * Loads a model artifact from the object store and compiles it. Its files lie in a folder of their own until the weights
 * are in memory.
 * @throws Rejection `model.not-ready` when the artifact is no model that runs here, `artifact.unknown`, `object.missing`;
 *   errors of the engine when the files are not what their names say
 */
export async function loadModel(
  hub: Hub,
  store: ObjectStore,
  name: string,
  threads: number,
): Promise<LoadedModel> {
  const asked = parseModelName(name);
  if (!asked) throw new Rejection('model.not-ready');
  const { manifest } = await artifactDetail(hub, asked.artifactId);
  const files = manifest.files.filter(({ path }) => path === basename(path) && MODEL_FILE.test(path));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  if (manifest.kind !== 'model' || files.length === 0 || total > MAX_BYTES)
    throw new Rejection('model.not-ready');
  const folder = await mkdtemp(join(tmpdir(), 'tsudoi-model-'));
  try {
    for (const file of files) await fetchObject(store, file, join(folder, file.path));
    return await openModel(folder, name, { threads, quantize: asked.quantize });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A model of a folder, its weights in memory. */
export async function openModel(
  folder: string,
  name: string,
  options: { readonly threads: number; readonly quantize?: Quantization },
): Promise<LoadedModel> {
  const model = await openServedModel(folder);
  try {
    const generator = openBatcher(model.source, options);
    return { served: { model: { ...model, name }, generator }, dispose: () => generator.dispose() };
  } finally {
    model.source.close?.();
  }
}

async function fetchObject(store: ObjectStore, file: Manifest['files'][number], path: string): Promise<void> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(await store.get(file.sha256), hashing, createWriteStream(path));
  if (hash.digest('hex') !== file.sha256)
    throw new Error(`object ${file.sha256} of ${file.path} is damaged in the store`);
}
