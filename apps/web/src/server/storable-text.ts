import { Rejection } from '@tsudoi/schema';

/**
 * PostgreSQL stores neither U+0000 nor lone surrogates, and fails on a question that holds them.
 * @throws Rejection `input.invalid` naming the first text or name of a member that holds one
 */
export function requireStorableText(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) refuse(path, 'it holds the character U+0000');
    if (!value.isWellFormed()) refuse(path, 'it holds half of a surrogate pair');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      requireStorableText(key, path);
      requireStorableText(member, path ? `${path}.${key}` : key);
    }
  }
}

function refuse(path: string, problem: string): never {
  throw new Rejection('input.invalid', { field: path || 'input', problem });
}
