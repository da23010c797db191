import { appendTo, load } from '../command/aggregate.ts';
import { type CommandContext, type Handler, loadTarget, outcome } from '../command/handler.ts';
import { requireGroup } from '../group/require-group.ts';
import { requireMember } from '../person/decide.ts';
import { person } from '../person/person.ts';
import { credit } from './credit.ts';
import * as decide from './decide.ts';

export const grantCredit: Handler<'credit.grant'> = async (context, data) => {
  const target = await loadTarget(context, credit, data.creditId);
  return outcome([appendTo(credit, data.creditId, target, decide.grant(target.state, data))]);
};

export const stateCredit: Handler<'credit.state'> = async (context, data) => {
  const target = await loadTarget(context, credit, data.creditId);
  await requireGroup(context, data.groupId);
  requireMember((await load(context, person, data.personId)).state, data.personId);
  const events = decide.state(target.state, idOf(context), data);
  return outcome([appendTo(credit, data.creditId, target, events)]);
};

export const reverseCredit: Handler<'credit.reverse'> = async (context, data) => {
  const target = await loadTarget(context, credit, data.creditId);
  return outcome([
    appendTo(credit, data.creditId, target, decide.reverse(target.state, idOf(context), data)),
  ]);
};

const idOf = ({ actor }: CommandContext) => (actor.kind === 'system' ? null : actor.personId);
