import { eventDefinitions, JobKind, licenceRules, Permission, Role } from '@tsudoi/schema';
import { expect, test } from 'vitest';
import en from '../../messages/en.json';
import ja from '../../messages/ja.json';

function keysOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'object' ? keysOf(member, `${prefix}${key}/`) : [`${prefix}${key}`],
  );
}

function holesOf(messages: object): Record<string, string> {
  return Object.fromEntries(
    keysOf(messages).map((path) => {
      const text = path
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], messages);
      return [path, parametersOf(String(text)).sort().join(' ')];
    }),
  );
}

/** Names of the outermost arguments of an ICU message. */
function parametersOf(message: string): string[] {
  const names = new Set<string>();
  let depth = 0;
  for (let i = 0; i < message.length; i++) {
    if (message[i] === '}') depth--;
    if (message[i] === '{' && depth++ === 0) names.add(/^\w+/.exec(message.slice(i + 1))![0]);
  }
  return [...names];
}

test('both languages say the same things', () => {
  expect(keysOf(en)).toEqual(keysOf(ja));
});

test('no key holds a dot, which next-intl would read as a path', () => {
  expect(keysOf(ja).filter((path) => path.includes('.'))).toEqual([]);
});

test('both languages fill in the same parameters', () => {
  expect(holesOf(en)).toEqual(holesOf(ja));
});

test('every event of the log reads as a sentence', () => {
  expect(Object.keys(ja.activity).sort()).toEqual(eventDefinitions.map(({ type }) => type).sort());
});

test('roles, permissions, job kinds and licence rules have words', () => {
  expect(Object.keys(ja.role)).toEqual([...Role.options]);
  expect(Object.keys(ja.permission)).toEqual(Permission.options.map((name) => name.replace('.', '-')));
  expect(Object.keys(ja.jobKind)).toEqual([...JobKind.options]);
  expect(Object.keys(ja.licenceRule)).toEqual(Object.keys(licenceRules));
});
