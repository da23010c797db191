import { writeSync } from 'node:fs';
import { execute, openHub } from '@tsudoi/hub';
import { claim } from '@tsudoi/hub/testing';
import { Rejection } from '@tsudoi/schema';

/**
 * A worker as a process of its own: claims the job that it is given, waits until it is told to go on, reports. Arguments:
 * token, person, job. It says on stdout what it got.
 */
const [tokenId, personId, jobId] = process.argv.slice(2);
const hub = openHub({ databaseUrl: process.env.DATABASE_URL!, leaseSeconds: 1, poolSize: 1 });
const actor = { kind: 'node', tokenId, personId, scopes: ['node.work'] } as const;
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

const lease = await claim(hub, { ...actor, scopes: [...actor.scopes] }, jobId);
say({ claimed: lease!.epoch });
await new Promise((resolve) => process.stdin.once('data', resolve));
const rejection = { code: 'job.unknown', params: { jobId } } as const;
const answer = await execute(
  hub,
  { type: 'job.fail', data: { jobId, epoch: lease!.epoch, rejection, retryable: true } },
  { actor: { ...actor, scopes: [...actor.scopes] }, commandId: crypto.randomUUID() },
).then(
  () => 'accepted',
  (error: unknown) => (error instanceof Rejection ? error.code : String(error)),
);
say({ reported: answer });
process.exit();
