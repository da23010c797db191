import { expect, test } from 'vitest';
import { inputSchema } from './http/input-schema.ts';
import { declaredProcedures, isLendable, pathParameters } from './http/routes.ts';

const procedures = declaredProcedures();
const offered = procedures.filter(({ route }) => route.method !== null);

test('what a worker may call needs node.work, which no role of a person holds', () => {
  const worker = procedures.filter(({ name }) => name.startsWith('worker.'));
  expect(worker.length).toBeGreaterThan(8);
  expect(worker.filter(({ permission }) => permission !== 'node.work')).toEqual([]);
});

test('a procedure is part of the HTTP API exactly when a token can be issued for it', () => {
  const onlyHere = ['people.personas']; // for the sign-in page of a hub that listens on one machine
  const expected = procedures.filter((one) => isLendable(one) && !onlyHere.includes(one.name));
  expect(offered.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
});

test('no two operations share a method and a path, and only queries are read with GET', () => {
  const places = offered.map(({ route }) => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { name, kind, route } of offered)
    expect([name, route.method === 'GET']).toEqual([name, kind === 'query']);
});

test('every parameter of a path is a field that the procedure takes', () => {
  for (const operation of offered) {
    const fields = Object.keys(inputSchema(operation).properties ?? {});
    for (const name of pathParameters(operation.route.path)) expect(fields, operation.name).toContain(name);
  }
});

test('every procedure says in both languages what it does, each in words of its own', () => {
  for (const language of ['ja', 'en'] as const) {
    const texts = procedures.map(({ route }) => route.summary[language]);
    expect(texts.filter((text) => text.trim() === '')).toEqual([]);
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
  }
});
