import { mayWithin } from '../access/scope.ts';
import { appendTo } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome, personOf } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import * as decide from './decide.ts';
import { countDescendants } from './descendants.ts';
import { source } from './source.ts';
import { claimTitles } from './titles.ts';

export const proposeSource: Handler<'source.propose'> = async (context, data) => {
  const proposerId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  await requireGroup(context, data.groupId);
  const titleTakenBy = target.state.phase
    ? null
    : await claimTitles(context.tx, data.sourceId, [data.titleJa, data.titleEn]);
  const facts = { quorum: context.reviewQuorum, titleTakenBy };
  const events = decide.propose(target.state, proposerId, data, facts);
  return outcome([appendTo(source, data.sourceId, target, events)], stateAfter(events));
};

export const reviseSource: Handler<'source.revise'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  decide.requireRevisable(target.state, personId, data.sourceId);
  const titleTakenBy = await claimTitles(context.tx, data.sourceId, [data.titleJa, data.titleEn]);
  const facts = { quorum: context.reviewQuorum, titleTakenBy };
  const events = decide.revise(target.state, personId, data, facts);
  return outcome([appendTo(source, data.sourceId, target, events)], stateAfter(events));
};

export const addLicenceEvidence: Handler<'source.addEvidence'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.addEvidence(target.state, personId, data))]);
};

export const reviewSource: Handler<'source.review'> = async (context, data) => {
  const reviewerId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.review(target.state, reviewerId, data))]);
};

/** Answers how much was made from the source, so that whoever withdraws it sees at once what is to be dealt with. */
export const withdrawSource: Handler<'source.withdraw'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, source, data.sourceId);
  const mayWithdrawAny = await curates(context, target.state.groupId);
  const descendants = await countDescendants(context.tx, data.sourceId);
  const events = decide.withdraw(target.state, personId, data, { mayWithdrawAny, descendants });
  return outcome([appendTo(source, data.sourceId, target, events)], { descendants });
};

export const markSourceIngested: Handler<'source.markIngested'> = async (context, data) => {
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.markIngested(target.state, data))]);
};

export const markSourceIncluded: Handler<'source.markIncluded'> = async (context, data) => {
  const target = await loadTarget(context, source, data.sourceId);
  return outcome([appendTo(source, data.sourceId, target, decide.markIncluded(target.state, data))]);
};

function curates(context: CommandContext, groupId: string | null): Promise<boolean> {
  return mayWithin(context, context.actor, 'source.curate', groupId);
}

function stateAfter(events: ReturnType<typeof decide.propose>) {
  const refusal = events.find((event) => event.type === 'SourceRejected');
  return { state: refusal ? 'rejected' : 'under-review', refusedBy: refusal?.data.rule ?? null };
}
