import { type Command, deterministicId } from '@tsudoi/schema';
import { Random } from './random.ts';

/** So few that writers meet: conflicts, refusals and changes of one stream by several writers are the rule. */
const people = 12;
const groups = 5;

export interface SentCommand {
  commandId: string;
  command: Command;
}

/** The commands of one writer, without end. The n-th is the same whenever seed and writer are. */
export function* randomCommands(seed: number, writer: number): Generator<SentCommand> {
  const random = new Random(Number.parseInt(deterministicId('writer', seed, writer).slice(0, 8), 16));
  for (let n = 0; ; n++)
    yield { commandId: deterministicId('command', seed, writer, n), command: one(seed, random) };
}

function one(seed: number, random: Random): Command {
  const person = random.below(people);
  const group = random.below(groups);
  const [personId, groupId] = [
    deterministicId('person', seed, person),
    deterministicId('group', seed, group),
  ];
  const role = random.pick(['reviewer', 'lead', 'supervisor'] as const);
  switch (random.below(10)) {
    case 0:
      return { type: 'person.join', data: { personId, displayName: `人 ${person}`, opennessAgreed: true } };
    case 1: {
      const names = { nameJa: `作業部会 ${group}`, nameEn: `Working group ${group}` };
      return { type: 'group.create', data: { groupId, slug: `group-${seed}-${group}`, ...names } };
    }
    case 2:
    case 3:
    case 4:
      return { type: 'person.grantRole', data: { personId, role, groupId: null } };
    case 5:
    case 6:
    case 7:
      return { type: 'person.revokeRole', data: { personId, role, groupId: null } };
    default:
      return { type: 'group.addMember', data: { groupId, personId } };
  }
}
