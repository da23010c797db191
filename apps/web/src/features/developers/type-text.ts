import type { JsonSchema } from '../../server/http/input-schema.ts';

const reference = '#/components/schemas/';

/** A JSON Schema as a type that reads like TypeScript, one field a line; formats and bounds stand behind as comments. */
export function typeText(schema: JsonSchema, indent = ''): string {
  const { $ref, enum: values, type } = schema;
  if (typeof $ref === 'string') return $ref.replace(reference, '');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? (schema.oneOf as JsonSchema[] | undefined);
  if (options) return unique(options.map((option) => typeText(option, indent))).join(' | ');
  if (Array.isArray(type)) return type.join(' | ');
  if (type === 'array') {
    const item = typeText(schema.items ?? {}, indent);
    return / \| /.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (type === 'object') return objectText(schema, indent);
  return type === 'integer' ? 'number' : (type ?? 'unknown');
}

function objectText(schema: JsonSchema, indent: string): string {
  const fields = Object.entries(schema.properties ?? {});
  const more = schema.additionalProperties;
  if (fields.length === 0) {
    return typeof more === 'object' ? `Record<string, ${typeText(more as JsonSchema, indent)}>` : '{}';
  }
  const inner = `${indent}  `;
  const lines = fields.map(([name, field]) => {
    const mark = schema.required?.includes(name) ? '' : '?';
    const note = noteOf(field);
    return `${inner}${name}${mark}: ${typeText(field, inner)};${note ? ` // ${note}` : ''}`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** Formats and bounds in a few words that need no translation; empty where there are none. */
export function noteOf(schema: JsonSchema): string {
  const notes: string[] = [];
  const { format, minLength, maxLength, minimum, maximum, minItems, maxItems } = schema;
  if (schema.type === 'integer') notes.push('integer');
  if (typeof format === 'string') notes.push(format);
  notes.push(between(minLength, maxLength, 'characters'), between(minItems, maxItems, 'items'));
  notes.push(between(minimum, maximum, ''));
  if (schema.default !== undefined) notes.push(`default ${JSON.stringify(schema.default)}`);
  return notes.filter(Boolean).join(', ');
}

function between(least: unknown, most: unknown, unit: string): string {
  const low = typeof least === 'number' && Math.abs(least) < Number.MAX_SAFE_INTEGER ? least : null;
  const high = typeof most === 'number' && most < Number.MAX_SAFE_INTEGER ? most : null;
  if (low === null && high === null) return '';
  const range = low === null ? `<= ${high}` : high === null ? `>= ${low}` : `${low}..${high}`;
  return unit ? `${range} ${unit}` : range;
}

/** The named types that schemas refer to, also through other types, by name. */
export function typesWithin(schemas: JsonSchema[], known: Record<string, JsonSchema>): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $ref } = value as JsonSchema;
    const name = typeof $ref === 'string' ? $ref.replace(reference, '') : null;
    if (name && known[name] && !found.has(name)) {
      found.add(name);
      visit(known[name]);
    }
    Object.values(value).forEach(visit);
  };
  schemas.forEach(visit);
  return [...found].sort();
}

const unique = (texts: string[]): string[] => [...new Set(texts)];
