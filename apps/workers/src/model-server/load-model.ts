import { createHash } from 'node:crypto';
import { createGenerator, type Generator } from '@tsudoi/engine';
import { type ModelFiles, readModelFiles } from '@tsudoi/engine/stages';
import { artifactDetail, type Hub, type ObjectStore } from '@tsudoi/hub';
import { type Manifest, Rejection } from '@tsudoi/schema';

/** Larger models belong on a node with a GPU, not into the process behind the playground. */
const MAX_BYTES = 2 * 1024 ** 3;

export interface LoadedModel {
  tokenizer: ModelFiles['tokenizer'];
  maxPositions: number;
  generator: Generator;
  dispose(): void;
}

/**
 * Loads a model artifact from the object store and compiles it.
 * @throws Rejection `model.not-ready` when the artifact is no model that runs here, `artifact.unknown`, `object.missing`
 */
export async function loadModel(
  hub: Hub,
  store: ObjectStore,
  artifactId: string,
  threads: number,
): Promise<LoadedModel> {
  const { manifest } = await artifactDetail(hub, artifactId);
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  if (manifest.kind !== 'model' || total > MAX_BYTES) throw new Rejection('model.not-ready');
  const { config, parameters, tokenizer } = await readModelFiles((name) => readObject(store, manifest, name));
  const generator = createGenerator({ config, parameters, threads });
  return { tokenizer, maxPositions: config.maxPositions, generator, dispose: () => generator.dispose() };
}

async function readObject(store: ObjectStore, manifest: Manifest, name: string): Promise<Uint8Array> {
  const file = manifest.files.find((one) => one.path === name);
  if (!file) throw new Rejection('model.not-ready');
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(file.sha256)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (createHash('sha256').update(bytes).digest('hex') !== file.sha256)
    throw new Error(`object ${file.sha256} of ${name} is damaged in the store`);
  return bytes;
}
