import { describe, expect, test } from 'vitest';
import en from '../../../messages/en.json' with { type: 'json' };
import { declaredProcedures, isLendable } from '../../server/http/routes.ts';
import { curlOf, readReference, sampleOf } from './reference.ts';
import { noteOf, typesWithin, typeText } from './type-text.ts';

const reference = readReference('https://hub.example/', 'ja');
const operation = (name: string) => {
  const found = reference.operations.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not in the reference`);
  return found;
};

describe('the reference of the API', () => {
  test('has every operation that a program may call, in the language asked for', () => {
    const offered = declaredProcedures().filter((one) => isLendable(one) && one.route.method !== null);
    expect(reference.operations.map(({ name }) => name).sort()).toEqual(
      offered.map(({ name }) => name).sort(),
    );
    expect(operation('sources.propose').summary).toBe('出典を提案する');
    const english = readReference('https://hub.example', 'en').operations;
    expect(english.find(({ name }) => name === 'sources.propose')?.summary).toBe('Propose a source');
  });

  test('has a title for every group of operations', () => {
    for (const { group } of reference.operations) expect(en.developers.tags).toHaveProperty(group);
  });

  test('shows each body so that its sample fits the types, and each named type that is spoken of', () => {
    for (const { name, body, answer } of reference.operations) {
      expect(typeText(answer), name).not.toContain('undefined');
      if (body) expect(() => JSON.stringify(sampleOf(body)), name).not.toThrow();
      for (const type of typesWithin([answer], reference.types))
        expect(typeText(reference.types[type]!), `${name}: ${type}`).not.toContain('#/components');
    }
  });

  test('gives a line to paste: token, idempotency key, body and the required part of the query', () => {
    expect(curlOf(reference.server, operation('sources.list'))).toBe(
      'curl "https://hub.example/api/v1/sources"',
    );
    expect(curlOf(reference.server, operation('streams.resumeWebhook'))).toBe(
      [
        'curl -X POST "https://hub.example/api/v1/webhooks/$WEBHOOK_ID/resumption"',
        '-H "Authorization: Bearer $HUB_TOKEN"',
        '-H "Idempotency-Key: $(uuidgen)"',
        `-H 'Content-Type: application/json' -d '{}'`,
      ].join(' \\\n  '),
    );
    expect(curlOf(reference.server, operation('sources.checkLicence'))).toContain(
      '?expression=...&rights=%7B',
    );
  });
});

test('a schema reads like a type, with its formats and bounds beside it', () => {
  const schema = {
    type: 'object',
    required: ['id', 'names'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      names: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] }, maxItems: 3 },
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      state: { enum: ['open', 'closed'] },
      more: { $ref: '#/components/schemas/Person' },
    },
  };
  expect(typeText(schema)).toBe(`{
  id: string; // uuid
  names: (string | null)[]; // <= 3 items
  limit?: number; // integer, 1..200, default 50
  state?: "open" | "closed";
  more?: Person;
}`);
  expect(noteOf({ type: 'integer', maximum: Number.MAX_SAFE_INTEGER })).toBe('integer');
});
