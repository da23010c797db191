import { z } from 'zod';
import { type Declared, pathParameters } from './routes.ts';

export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  default?: unknown;
  description?: string;
  [keyword: string]: unknown;
}

/** The input of an operation as JSON Schema (draft 2020-12), as callers write it: fields with a default may be left out. */
export function inputSchema({ input }: Pick<Declared, 'input'>): JsonSchema {
  if (!input) return { type: 'object', properties: {} };
  const schema = z.toJSONSchema(input, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format) delete jsonSchema.pattern; // the format says the same in one word
    },
  });
  const { $schema: _, default: __, ...rest } = schema as JsonSchema;
  return rest;
}

/** What is left for the body or the query: without what the path and the headers carry. */
export function inputBesidesPath(operation: Declared): JsonSchema {
  const schema = inputSchema(operation);
  const elsewhere = new Set([
    ...pathParameters(operation.route.path),
    ...(operation.command ? ['commandId'] : []),
  ]);
  const { properties = {}, required = [], ...rest } = schema;
  const kept = Object.entries(properties).filter(([name]) => !elsewhere.has(name));
  return {
    ...rest,
    properties: Object.fromEntries(kept),
    required: required.filter((name) => !elsewhere.has(name)),
  };
}

/**
 * The query of a GET as an input: numbers and switches by their schema, lists by repetition, anything deeper as JSON.
 * What does not fit stays text, so that the schema itself says what is wrong with it.
 */
export function inputOfQuery(query: URLSearchParams, schema: JsonSchema): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      const field = schema.properties?.[name];
      if (field?.type === 'array') return [name, values.map((value) => read(value, field.items))];
      return [name, values.length === 1 ? read(values[0] ?? '', field) : values];
    }),
  );
}

function read(text: string, schema: JsonSchema | undefined): unknown {
  switch (schema?.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'object':
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
}
