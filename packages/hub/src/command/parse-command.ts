import { type Command, CommandId, commandDefinition, Rejection } from '@tsudoi/schema';

/**
 * Checks the shape of a command.
 * @throws Rejection `input.invalid` naming the first field that is wrong
 */
export function parseCommand(command: Command, commandId: string): Command {
  if (!CommandId.safeParse(commandId).success) refuse('commandId', 'it must be a UUID');
  const parsed = commandDefinition(command.type).data.safeParse(command.data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    refuse(issue.path.join('.') || command.type, issue.message);
  }
  refuseUnstorableText(parsed.data, '');
  return { type: command.type, data: parsed.data } as Command;
}

/** PostgreSQL stores neither U+0000 nor lone surrogates. */
function refuseUnstorableText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) refuse(path, 'it holds the character U+0000');
    if (!value.isWellFormed()) refuse(path, 'it holds half of a surrogate pair');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value))
      refuseUnstorableText(member, path ? `${path}.${key}` : key);
  }
}

function refuse(field: string, problem: string): never {
  throw new Rejection('input.invalid', { field, problem });
}
