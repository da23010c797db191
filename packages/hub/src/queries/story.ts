import type { Recipe } from '@tsudoi/schema';
import { execute } from '../command/execute.ts';
import type { Hub } from '../hub.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { logMetrics } from '../metrics/log-metrics.ts';
import { ingestRecipe, jobDraft, proposal, runCard } from '../testing/samples.ts';
import {
  claim,
  completedJob,
  draftedJob,
  letLeaseRunOut,
  newNode,
  newPerson,
  send,
  system,
  uploaded,
} from '../testing/scenario.ts';

export const storyTrace = '0af7651916cd43dd8448eb211c80319c';

/**
 * A whole small project for tests of read models: one source refused, one accepted and ingested; a run from corpus to
 * evaluation whose training lost a lease; one job that failed. Returns the ids of what came of it.
 */
export async function tellStory(hub: Hub) {
  const [proposer, mia, ken] = [
    await newPerson(hub),
    await newPerson(hub, 'reviewer'),
    await newPerson(hub, 'lead', 'reviewer'),
  ];
  const groupId = uuidV7();
  const group = { groupId, slug: 'corpus', nameJa: 'コーパス構築', nameEn: 'Corpus building' };
  await send(hub, system, { type: 'group.create', data: group });
  await send(hub, system, { type: 'group.addMember', data: { groupId, personId: mia.personId } });

  const refused = proposal({
    groupId,
    titleJa: '断られる出典',
    titleEn: 'A refused source',
    licence: 'CC-BY-NC-4.0',
  });
  await send(hub, proposer, { type: 'source.propose', data: refused });
  const source = proposal({ groupId, titleJa: 'マニュアル', titleEn: 'Manual pages' });
  const { sourceId } = source;
  await send(hub, proposer, { type: 'source.propose', data: source });
  for (const reviewer of [mia, ken]) {
    const review = { sourceId, verdict: 'accept' as const, comment: 'ライセンスを確認しました' };
    await send(hub, reviewer, { type: 'source.review', data: review });
  }
  const ingest = jobDraft({ recipe: ingestRecipe(sourceId), sourceIds: [sourceId] });
  const ingestJob = ingest.jobId;
  const traceparent = `00-${storyTrace}-b7ad6b7169203331-01`;
  const planned = { actor: system, commandId: uuidV7(), traceparent };
  await execute(hub, { type: 'job.draft', data: ingest }, planned);
  const documents = await completedJob(hub, ingestJob, 'documents');
  await send(hub, system, {
    type: 'source.markIngested',
    data: { sourceId, artifactId: documents, documents: 3, bytes: 99 },
  });

  const card = runCard([sourceId]);
  const runId = uuidV7();
  await send(hub, ken, { type: 'run.register', data: { runId, groupId, card } });
  const draft = (recipe: Recipe, inputs: string[]) =>
    draftedJob(hub, { recipe, inputs, sourceIds: [sourceId], runId });
  const make = async (kind: Parameters<typeof completedJob>[2], recipe: Recipe, inputs: string[]) =>
    completedJob(hub, await draft(recipe, inputs), kind);
  const corpus = await make('corpus', { ...card.dedup, kind: 'dedup', runId }, [documents]);
  const tokenizer = await make('tokenizer', { ...card.tokenizer, kind: 'tokenizer', runId }, [corpus]);
  const shards = await make('token-shards', { ...card.shards, kind: 'shards', runId }, [corpus, tokenizer]);
  const pretrain = await draft({ ...card.pretrain, kind: 'pretrain', runId }, [shards, tokenizer]);
  const model = await trainedAfterLostLease(hub, runId, pretrain, card.pretrain);
  const evaluation = await make('evaluation', { ...card.evaluate, kind: 'evaluate', runId }, [model, shards]);
  await send(hub, system, {
    type: 'run.complete',
    data: { runId, modelArtifactId: model, evaluationArtifactId: evaluation },
  });
  const failed = await failedJob(hub);
  return {
    ...{
      proposer,
      mia,
      ken,
      groupId,
      refusedId: refused.sourceId,
      sourceId,
      runId,
      ingestJob,
      pretrain,
      failed,
    },
    ...{ documents, corpus, tokenizer, shards, model, evaluation },
  };
}

/** The first node starts, measures, keeps a checkpoint and is lost; the second goes on to the end. */
async function trainedAfterLostLease(
  hub: Hub,
  runId: string,
  jobId: string,
  settings: ReturnType<typeof runCard>['pretrain'],
): Promise<string> {
  const lost = await newNode(hub);
  await claim(hub, lost, jobId);
  await send(hub, lost, { type: 'run.start', data: { runId, jobId, epoch: 1, settings } });
  const losses = Array.from({ length: 60 }, (_, step) => ({ series: 'loss', step, value: 9 - step / 100 }));
  await logMetrics(hub, lost, { jobId, epoch: 1, runId, points: losses });
  const sha256 = 'c'.repeat(64);
  await uploaded(hub, sha256, 123);
  await send(hub, lost, { type: 'job.checkpoint', data: { jobId, epoch: 1, step: 50, sha256, size: 123 } });
  await letLeaseRunOut(hub, jobId);
  await send(hub, system, { type: 'job.expireLease', data: { jobId, epoch: 1 } });
  return completedJob(hub, jobId, 'model');
}

async function failedJob(hub: Hub): Promise<string> {
  const jobId = await draftedJob(hub);
  const node = await newNode(hub);
  await claim(hub, node, jobId);
  const rejection = {
    code: 'source.unreachable' as const,
    params: { location: 'deb nothing', problem: '404' },
  };
  await send(hub, node, { type: 'job.fail', data: { jobId, epoch: 1, rejection, retryable: false } });
  return jobId;
}
