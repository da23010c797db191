import { Rejection } from '@tsudoi/schema';
import { checkSender } from '../access/permissions.ts';
import { appendTo } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import * as decide from './decide.ts';
import { source } from './source.ts';
import { claimTitles } from './titles.ts';

export const proposeSource: Handler<'source.propose'> = async (context, data) => {
  const proposerId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  await requireGroup(context.tx, data.groupId);
  const titleTakenBy = target.state.phase
    ? null
    : await claimTitles(context.tx, data.sourceId, [data.titleJa, data.titleEn]);
  const facts = { quorum: context.reviewQuorum, titleTakenBy };
  const events = decide.propose(target.state, proposerId, data, facts);
  const refusal = events.find((event) => event.type === 'SourceRejected');
  const result = { state: refusal ? 'rejected' : 'under-review', refusedBy: refusal?.data.rule ?? null };
  return outcome([appendTo(source, data.sourceId, target, events)], result);
};

export const reviewSource: Handler<'source.review'> = async (context, data) => {
  const reviewerId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.review(target.state, reviewerId, data))]);
};

export const withdrawSource: Handler<'source.withdraw'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  const events = decide.withdraw(target.state, personId, await operatesHub(context), data);
  return outcome([appendTo(source, data.sourceId, target, events)]);
};

export const markSourceIngested: Handler<'source.markIngested'> = async (context, data) => {
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.markIngested(target.state, data))]);
};

async function operatesHub({ tx, actor }: CommandContext): Promise<boolean> {
  return checkSender(tx, actor, 'hub.operate').then(
    () => true,
    (error) => {
      if (error instanceof Rejection) return false;
      throw error;
    },
  );
}
