import { execute, type Hub, logHead, uuidV7, verifyLog } from '@tsudoi/hub';
import { claim, draftedJob, newNode, uploaded } from '@tsudoi/hub/testing';
import { Rejection } from '@tsudoi/schema';
import type { Fault } from '../fault.ts';
import { until } from '../stage.ts';

type Node = Awaited<ReturnType<typeof newNode>>;

const claims = 1000;

export const lyingDonor: Fault = {
  name: 'lying-donor',
  fault:
    'a donor claims a thousand times at once, reports for jobs of others, invents results, and sends reports again',
  invariant:
    'one token holds two leases at most; a job that must be reproduced counts only what two owners agree on, and the lie earns no credit; a report counts once',
  async run(stage) {
    const hub = stage.hub({ leaseSeconds: 60, poolSize: 16 });
    stage.startRoles('projector', 'credits');
    const [liar, first, second] = [await newNode(hub), await newNode(hub), await newNode(hub)];
    const job = await draftedJob(hub, { verification: { method: 're-execution' } });
    const lie = await reported(hub, liar, job, 'f'.repeat(64));
    const foreign = await draftedJob(hub);
    const held = await claim(hub, first, foreign);
    const stolen = await codeOf(complete(hub, liar, { jobId: foreign, epoch: held!.epoch }, 'f'.repeat(64)));
    const honest = await reported(hub, first, job, 'a'.repeat(64));
    const again = await claim(hub, liar, job).then(String, (error: Rejection) => error.code);
    const agreed = await reported(hub, second, job, 'a'.repeat(64));
    const before = (await logHead(hub.sql)).position;
    const repeated = await codeOf(agreed.repeat());
    const renamed = await codeOf(complete(hub, second, { jobId: job, epoch: agreed.epoch }, 'a'.repeat(64)));
    const added = (await logHead(hub.sql)).position - before;

    for (let i = 0; i < 10; i++) await draftedJob(hub);
    const asked = await Promise.all(
      Array.from({ length: claims }, () => codeOf(claim(hub, liar).then((lease) => lease ?? refuse()))),
    );
    const leases = asked.filter((code) => code === 'accepted').length;
    const { position } = await logHead(hub.sql);
    await until('credits are granted', 15, async () => {
      const [row] = await hub.sql`select position from reactor where name = 'credits'`;
      return Number(row?.position) >= position;
    });
    const credited = await hub.sql<{ personId: string }[]>`
      select person_id as "personId" from credit_entry where stream_id = ${job}`;
    const owners = credited.map(({ personId }) => personId).toSorted();
    const artifacts = await hub.sql`select from event where type = 'ArtifactRegistered'`;
    const checks = {
      'the lie counted': lie.artifacts + honest.artifacts === 0 && agreed.artifacts === 1,
      'a foreign job was completed': stolen.startsWith('lease.'),
      'the liar ran its own replica': again === 'job.none-fits',
      'the repeated report had another answer': repeated === 'accepted' && added === 0,
      'a report under a new id counted': renamed.startsWith('lease.'),
      'more leases than allowed': leases === 2,
      'the wrong people have credit': owners.join() === [first.personId, second.personId].toSorted().join(),
      'more than one artifact': artifacts.length === 1,
    };
    const broken = Object.entries(checks).find(([, holds]) => !holds);
    const seen = `${leases} leases for ${claims} claims; for the foreign job: ${stolen}; for its own replica: ${again}; the late report: ${renamed}; credit for ${owners.length} of 3`;
    return { problem: broken ? `${broken[0]}: ${seen}` : (await verifyLog(hub)).log.problem, seen };
  },
};

async function reported(hub: Hub, node: Node, jobId: string, sha256: string) {
  const { epoch } = (await claim(hub, node, jobId))!;
  await uploaded(hub, sha256);
  const commandId = uuidV7();
  const repeat = () => complete(hub, node, { jobId, epoch }, sha256, commandId);
  const { result } = await repeat();
  return { epoch, repeat, artifacts: (result as { artifactIds: string[] }).artifactIds.length };
}

function complete(
  hub: Hub,
  node: Node,
  held: { jobId: string; epoch: number },
  sha256: string,
  commandId = uuidV7(),
) {
  const file = { path: 'data/part-0.jsonl.gz', sha256, size: 10, mediaType: 'application/gzip' };
  const stats = { documents: 1, bytes: 10 };
  const output = { kind: 'documents' as const, title: 'documents', files: [file], stats };
  const data = { ...held, codeCommit: 'fault', outputs: [output] };
  return execute(hub, { type: 'job.complete', data }, { actor: node, commandId });
}

function refuse(): never {
  throw new Error('nothing was left to claim');
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Rejection ? error.code : String(error)),
  );
