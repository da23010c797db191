import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Hub } from '@tsudoi/hub';
import { saveModel } from '../../../../packages/engine/src/io/model-folder.ts';
import { initialParameters, modelOf } from '../../../../packages/engine/src/models/families.ts';
import type { Gpt2Config } from '../../../../packages/engine/src/models/gpt2-config.ts';
import { jobDraft, runCard } from '../../../../packages/hub/src/testing/samples.ts';
import {
  acceptedSource,
  claim,
  completedJob,
  draftedJob,
  newNode,
  newPerson,
  send,
} from '../../../../packages/hub/src/testing/scenario.ts';
import { objectStore } from '../server/hub.ts';

const tokenizer = new URL(
  '../../../../packages/engine/test/golden-tokenizer/tokenizer.golden.json',
  import.meta.url,
);
const config: Gpt2Config = {
  ...{ family: 'gpt2', vocabSize: 640, hiddenSize: 64, layers: 2, heads: 2, intermediateSize: 256 },
  ...{ maxPositions: 96, tieEmbeddings: true, initializerRange: 0.3 },
};
const template =
  '{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<s>assistant:{% endif %}';

/** A model of random weights that went the way of every model: trained by a job of a run, its files in the store. @returns its artifact */
export async function registerTinyModel(hub: Hub): Promise<string> {
  const sourceId = await acceptedSource(hub);
  const documents = await completedJob(hub, await draftedJob(hub, { sourceIds: [sourceId] }), 'documents');
  const card = runCard([sourceId]);
  const runId = randomUUID();
  const lead = await newPerson(hub, 'lead');
  await send(hub, lead, { type: 'run.register', data: { runId, groupId: null, card, supersedes: null } });
  const recipe = { ...card.pretrain, kind: 'pretrain' as const, runId };
  const job = jobDraft({ recipe, inputs: [documents], sourceIds: [sourceId], runId });
  const { jobId } = job;
  await draftedJob(hub, job);
  const node = await newNode(hub);
  const lease = await claim(hub, node, jobId);
  const output = { kind: 'model' as const, title: 'a tiny model', files: await modelFiles(), stats: {} };
  const data = { jobId, epoch: lease!.epoch, codeCommit: 'test', outputs: [output] };
  const { result } = await send(hub, node, { type: 'job.complete', data });
  return (result as { artifactIds: string[] }).artifactIds[0]!;
}

/** Puts the files of the model into the store. */
async function modelFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-model-'));
  try {
    const values = initialParameters(config, 3);
    const shaped = modelOf(config).parameters.map(
      ({ name, shape }) => [name, { shape, data: values.get(name)! }] as const,
    );
    await saveModel(folder, config, new Map(shaped));
    await copyFile(tokenizer, join(folder, 'tokenizer.json'));
    const settings = { bos_token: '<s>', eos_token: '</s>', chat_template: template };
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
    const names = (await readdir(folder)).sort();
    return await Promise.all(names.map(async (path) => stored(path, await readFile(join(folder, path)))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stored(path: string, bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const mediaType = 'application/octet-stream';
  await objectStore().put(sha256, bytes.length, mediaType, Readable.from([bytes]));
  return { path, sha256, size: bytes.length, mediaType };
}
