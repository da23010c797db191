import { TokenScope } from '@tsudoi/schema';
import answerSchemas from './answers.json' with { type: 'json' };
import { inputBesidesPath, inputSchema, type JsonSchema } from './input-schema.ts';
import { largestBody, policies } from './limits.ts';
import { type Declared, declaredProcedures, pathParameters, RouteTable } from './routes.ts';

type Json = Record<string, unknown>;

const { answers, schemas } = answerSchemas as unknown as {
  answers: Record<string, JsonSchema>;
  schemas: Record<string, JsonSchema>;
};

/** The HTTP API as OpenAPI 3.1, from the same declarations that serve it. */
export function openApiDocument(hubUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of new RouteTable(declaredProcedures()).operations) {
    const { path, method } = operation.route;
    paths[path] = { ...paths[path], [String(method).toLowerCase()]: operationObject(operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tsudoi',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      summary: 'The hub where an open community builds language models together.',
      description: [
        'What anybody may read needs no token. Everything else needs one with the scope that the operation names; a token does never more than its owner may at that moment.',
        'A command carries an id of your own as `Idempotency-Key`: sent again it does nothing and is answered as before. It answers with the `position` of its last event in the log; send that as `X-Tsudoi-After` with a query to read what you wrote.',
        `A body holds at most ${largestBody} bytes. Refusals are problem details (RFC 9457) with a stable \`code\`; \`detail\` is in the language of \`Accept-Language\` (ja or en).`,
        ...Object.values(policies).map(
          ({ name, calls, seconds }) =>
            `Calls per ${name}: ${calls} in ${seconds} s, shown in \`RateLimit\` headers.`,
        ),
      ].join('\n\n'),
    },
    servers: [{ url: `${hubUrl.replace(/\/$/, '')}/api/v1` }],
    tags: [...new Set(Object.values(paths).flatMap((item) => Object.values(item).flatMap(tagsOf)))].map(
      (name) => ({
        name,
      }),
    ),
    paths,
    components: {
      schemas: { ...schemas, Problem: problemSchema },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `A token from the page "me" of the portal. Scopes: ${TokenScope.options.join(', ')}.`,
        },
      },
      headers: limitHeaders,
      responses: { Problem: problemAnswer },
    },
  };
}

const tagsOf = (operation: unknown): string[] => (operation as { tags: string[] }).tags;

function operationObject(operation: Declared): Json {
  const { name, permission, route, kind } = operation;
  const isPublic = permission === 'public.read';
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: route.summary.en,
    'x-summary-ja': route.summary.ja,
    'x-permission': permission,
    // Roles are no OAuth scopes, but OpenAPI 3.1 lists what a bearer must hold in the same place.
    security: isPublic ? [{}, { token: [] }] : [{ token: [permission] }],
    parameters: [...pathFields(operation), ...headerFields(operation), ...queryFields(operation)],
    ...(kind === 'mutation' ? { requestBody: bodyOf(operation) } : {}),
    responses: {
      200: {
        description: 'OK',
        headers: Object.fromEntries(
          Object.keys(limitHeaders).map((header) => [header, { $ref: `#/components/headers/${header}` }]),
        ),
        content: { 'application/json': { schema: answers[name] ?? {} } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function pathFields(operation: Declared): Json[] {
  const { properties = {} } = inputSchema(operation);
  return pathParameters(operation.route.path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }));
}

function headerFields({ command, kind }: Declared): Json[] {
  if (command)
    return [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: true,
        description: 'A UUID of your own for this command.',
        schema: { type: 'string', format: 'uuid' },
      },
    ];
  if (kind === 'mutation') return [];
  return [
    {
      name: 'X-Tsudoi-After',
      in: 'header',
      required: false,
      description: 'Answer once the read models contain this position of the log.',
      schema: { type: 'integer' },
    },
  ];
}

function queryFields(operation: Declared): Json[] {
  if (operation.kind === 'mutation') return [];
  const { properties = {}, required = [] } = inputBesidesPath(operation);
  return Object.entries(properties).map(([name, schema]) => {
    const field = { name, in: 'query', required: required.includes(name) };
    const isDeep = schema.type === 'object';
    return isDeep ? { ...field, content: { 'application/json': { schema } } } : { ...field, schema };
  });
}

function bodyOf(operation: Declared): Json {
  const schema = inputBesidesPath(operation);
  return { required: (schema.required ?? []).length > 0, content: { 'application/json': { schema } } };
}

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: {
      type: 'string',
      description: 'What is wrong, where, and what to do, in the language asked for.',
    },
    code: { type: 'string', description: 'Stable name of the refusal; "internal" for a defect.' },
    params: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
    traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'params', 'traceId'],
};

const limitHeaders = {
  RateLimit: {
    description: 'What is left: `"token";r=5990;t=120` are calls and seconds.',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description: 'What is allowed: `"token";q=6000;w=300` are calls and seconds.',
    schema: { type: 'string' },
  },
};

const problemAnswer = {
  description: 'A refusal, or a defect. With status 429 and 503 `Retry-After` says when to try again.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
