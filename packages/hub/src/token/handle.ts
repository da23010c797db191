import { Rejection } from '@tsudoi/schema';
import { newSecret, secretHash } from '../access/secret.ts';
import { appendTo } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { person } from '../person/person.ts';
import * as decide from './decide.ts';

/** The secret is in the first answer and nowhere else: a repetition is answered with `secret: null`. */
export const issueToken: Handler<'person.issueToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  await requireGroup(context, data.groupId ?? null);
  const secret = newSecret('tsudoi_node');
  const facts = { now: context.now, secretHash: secretHash(secret).toString('hex') };
  const events = decide.issue(target.state, personId, data, facts);
  await claimTokenId(context, data.tokenId);
  const issued = outcome([appendTo(person, personId, target, events)], { secret });
  return { ...issued, keptResult: { secret: null } };
};

export const revokeToken: Handler<'person.revokeToken'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, person, personId);
  return outcome([appendTo(person, personId, target, decide.revoke(target.state, personId, data))]);
};

/** Ids of tokens are unique in the whole hub, and not only among those of one person. */
async function claimTokenId({ tx }: CommandContext, tokenId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`token ${tokenId}`}, 0))`;
  const [taken] = await tx`select 1 from token_secret where token_id = ${tokenId}`;
  if (taken) throw new Rejection('stream.exists', { stream: `token ${tokenId}` });
}
