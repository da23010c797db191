import { randomUUID } from 'node:crypto';
import { artifactDraft, runCard } from '../../../../packages/hub/src/testing/samples.ts';
import { inputSchema, type JsonSchema } from '../server/http/input-schema.ts';
import type { Declared } from '../server/http/routes.ts';
import { proposal } from './portal.ts';

/** Ids of things that exist, by the name of the field that holds them. */
export type Known = Record<string, unknown>;

const value = (name: string) => ({ value: name, ja: name, en: name, helpJa: '', helpEn: '' });
export const categories = [
  { key: 'safe', ja: '安全', en: 'Safe', scale: 'ordinal' as const, values: [value('low'), value('high')] },
];

const ofField: Known = {
  licence: 'CC-BY-4.0',
  expression: 'MIT',
  openness: '2026-11',
  slug: 'sample-slug',
  version: '1.0',
  sha256: 'ab'.repeat(32),
  mediaType: 'text/plain',
  traceId: 'ab'.repeat(16),
  topics: ['source'],
  answers: { safe: 'low' },
  rejection: { code: 'worker.stopped', params: { node: 'n' } },
  parts: proposal().parts,
  categories,
  outputs: [artifactDraft('corpus')],
  after: undefined,
};

/** An input that a procedure's schema takes, about things that exist. */
export function sampleInput(procedure: Declared, known: Known): Record<string, unknown> | undefined {
  if (!procedure.input) return undefined;
  const sourceId = String(known.sourceId);
  const card = runCard([sourceId]);
  const values: Known = { ...ofField, card, settings: card.pretrain, ...known };
  const schema = inputSchema(procedure);
  const input = Object.fromEntries(
    (schema.required ?? []).map((name) => [name, valueFor(name, schema.properties?.[name] ?? {}, values)]),
  );
  const fresh = procedure.command ? { commandId: randomUUID() } : {};
  const whole = { ...input, ...fresh };
  const parsed = procedure.input.safeParse(whole);
  if (!parsed.success) throw new Error(`no sample of ${procedure.name}: ${parsed.error.message}`);
  return whole;
}

function valueFor(name: string, schema: JsonSchema, values: Known): unknown {
  if (name in values) return values[name];
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const [option] = schema.anyOf ?? (schema.oneOf as JsonSchema[] | undefined) ?? [];
  if (option) return valueFor(name, option, values);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 1), 1);
    case 'boolean':
      return true;
    case 'array':
      return [valueFor(`${name}[]`, schema.items ?? {}, values)];
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((field) => [
          field,
          valueFor(field, schema.properties?.[field] ?? {}, values),
        ]),
      );
    default:
      return null;
  }
}

function textOf({ format, minLength }: JsonSchema): string {
  if (format === 'uuid') return randomUUID();
  if (format === 'uri') return 'https://example.org/';
  if (format === 'email') return 'someone@example.org';
  return 'sample'.repeat(Math.ceil(Number(minLength ?? 1) / 6) || 1);
}
