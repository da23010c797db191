import type { Locale } from '../../i18n/locale.ts';
import type { JsonSchema } from '../../server/http/input-schema.ts';
import { openApiDocument } from '../../server/http/openapi.ts';

/** One operation of the API as the reference shows it. */
export interface Operation {
  /** Such as `sources.propose`. */
  name: string;
  group: string;
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  permission: string;
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: JsonSchema }[];
  body: JsonSchema | null;
  answer: JsonSchema;
}

export interface Reference {
  /** Address that all paths begin with. */
  server: string;
  operations: Operation[];
  types: Record<string, JsonSchema>;
}

interface Described {
  operationId: string;
  tags: [string];
  summary: string;
  'x-summary-ja': string;
  'x-permission': string;
  parameters: (Operation['parameters'][number] & { content?: Content })[];
  requestBody?: { content: Content };
  responses: { 200: { content: Content } };
}
type Content = { 'application/json': { schema: JsonSchema } };

/** The reference is read from the very document that programs get, so that the two cannot differ. */
export function readReference(hubUrl: string, locale: Locale): Reference {
  const document = openApiDocument(hubUrl) as {
    servers: [{ url: string }];
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, JsonSchema> };
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described, locale)),
  );
  return { server: document.servers[0].url, operations, types: document.components.schemas };
}

function operationOf(path: string, method: string, described: Described, locale: Locale): Operation {
  return {
    name: described.operationId,
    group: described.tags[0],
    method: method.toUpperCase() as Operation['method'],
    path,
    summary: locale === 'ja' ? described['x-summary-ja'] : described.summary,
    permission: described['x-permission'],
    // One header of every query is explained once, on the page before.
    parameters: described.parameters
      .filter(({ name }) => name !== 'X-Tsudoi-After')
      .map(({ name, in: place, required, schema, content }) => ({
        ...{ name, in: place, required },
        schema: schema ?? content?.['application/json'].schema ?? {},
      })),
    body: described.requestBody?.content['application/json'].schema ?? null,
    answer: described.responses[200].content['application/json'].schema,
  };
}

/** A line to paste into a terminal: what must be given is there, as a sample. */
export function curlOf(server: string, operation: Operation): string {
  const { method, path, parameters, body, permission } = operation;
  const address = `${server}${path.replace(/\{(\w+)\}/g, (_, name: string) => `$${shellName(name)}`)}`;
  const query = parameters
    .filter((one) => one.in === 'query' && one.required)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(queryValue(sampleOf(schema)))}`)
    .join('&');
  const lines = [`curl ${method === 'POST' ? '-X POST ' : ''}"${address}${query && `?${query}`}"`];
  if (permission !== 'public.read') lines.push('-H "Authorization: Bearer $HUB_TOKEN"');
  if (parameters.some(({ name }) => name === 'Idempotency-Key'))
    lines.push('-H "Idempotency-Key: $(uuidgen)"');
  if (body) lines.push(`-H 'Content-Type: application/json' -d '${JSON.stringify(sampleOf(body))}'`);
  return lines.join(' \\\n  ');
}

const shellName = (name: string): string => name.replace(/([A-Z])/g, '_$1').toUpperCase();
const queryValue = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** The smallest value of a schema's shape: required fields only, the first of what may be chosen. */
export function sampleOf(schema: JsonSchema): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const options = schema.anyOf ?? (schema.oneOf as JsonSchema[] | undefined);
  if (options?.[0]) return sampleOf(options[0]);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return Number(schema.minItems ?? 0) > 0 ? [sampleOf(schema.items ?? {})] : [];
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 0), 0);
    case 'boolean':
      return true;
    case 'string':
      return sampleText(schema);
    default:
      return null;
  }
}

function sampleText({ format, minLength, pattern }: JsonSchema): string {
  if (format === 'uuid') return '018f0000-0000-7000-8000-000000000001';
  if (format === 'uri') return 'https://example.org/';
  if (typeof pattern === 'string' && pattern.includes('[0-9a-f]{64}')) return 'ab'.repeat(32);
  return '...'.padEnd(Number(minLength ?? 3), '.');
}
