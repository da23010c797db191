import type { Command, CommandData, Lease, Role, TokenScope } from '@tsudoi/schema';
import type { Actor } from '../access/actor.ts';
import { authenticateToken } from '../access/authenticate-token.ts';
import { execute } from '../command/execute.ts';
import type { CommandAnswer } from '../command/receipt.ts';
import type { Hub } from '../hub.ts';
import { uuidV7 } from '../log/uuid-v7.ts';
import { artifactDraft, bigOffer, jobDraft, proposal } from './samples.ts';

export const system: Actor = { kind: 'system', name: 'test' };
type Node = Extract<Actor, { kind: 'node' }>;

/** Sends a command under a new id. */
export function send(hub: Hub, actor: Actor, command: Command): Promise<CommandAnswer> {
  return execute(hub, command, { actor, commandId: uuidV7() });
}

/** A person who joined and holds these roles besides contributor. */
export async function newPerson(hub: Hub, ...roles: Role[]): Promise<Extract<Actor, { kind: 'person' }>> {
  const personId = uuidV7();
  const data = { personId, displayName: '集い 花子', opennessAgreed: true };
  await send(hub, system, { type: 'person.join', data });
  for (const role of roles) {
    await send(hub, system, { type: 'person.grantRole', data: { personId, role, groupId: null } });
  }
  return { kind: 'person', personId };
}

/** A node with a token of a new person. */
export async function newNode(hub: Hub, scopes: TokenScope[] = ['node.work']): Promise<Node> {
  const data = { tokenId: uuidV7(), label: 'test node', scopes };
  const { result } = await send(hub, await newPerson(hub), { type: 'person.issueToken', data });
  return authenticateToken(hub, (result as { secret: string }).secret);
}

/** A source that two reviewers accepted. */
export async function acceptedSource(hub: Hub, change: Partial<CommandData<'source.propose'>> = {}) {
  const data = proposal(change);
  await send(hub, await newPerson(hub), { type: 'source.propose', data });
  for (const reviewer of [await newPerson(hub, 'reviewer'), await newPerson(hub, 'reviewer')]) {
    const review = { sourceId: data.sourceId, verdict: 'accept' as const, comment: '' };
    await send(hub, reviewer, { type: 'source.review', data: review });
  }
  return data.sourceId;
}

export async function draftedJob(hub: Hub, change: Partial<CommandData<'job.draft'>> = {}): Promise<string> {
  const data = jobDraft(change);
  await send(hub, system, { type: 'job.draft', data });
  return data.jobId;
}

export async function claim(hub: Hub, node: Actor, jobId: string | null = null): Promise<Lease | null> {
  const data = { jobId, node: 'test-node', offers: bigOffer };
  const { result } = await send(hub, node, { type: 'job.claim', data });
  return result as Lease | null;
}

/** Puts an object of 10 bytes into the books of the store, as an upload does. */
export async function uploaded(hub: Hub, sha256: string, size = 10): Promise<void> {
  await hub.sql`
    insert into object (sha256, size, media_type) values (${sha256}, ${size}, 'application/gzip')
    on conflict do nothing`;
}

/** Claims a named job and completes it with one artifact of the given kind. */
export async function completedJob(
  hub: Hub,
  jobId: string,
  kind: Parameters<typeof artifactDraft>[0],
  sha256?: string,
): Promise<string> {
  const node = await newNode(hub);
  const lease = await claim(hub, node, jobId);
  const output = artifactDraft(kind, sha256);
  await uploaded(hub, output.files[0].sha256);
  const data = { jobId, epoch: lease!.epoch, codeCommit: 'test', outputs: [output] };
  const { result } = await send(hub, node, { type: 'job.complete', data });
  return (result as { artifactIds: string[] }).artifactIds[0];
}

/** Lets the live lease of a job run out now, by the database's clock. */
export async function letLeaseRunOut(hub: Hub, jobId: string): Promise<void> {
  await hub.sql`update job_queue set expires_at = clock_timestamp() where job_id = ${jobId}`;
}
