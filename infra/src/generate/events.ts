import { asyncApiDocument, eventSchemas } from '@tsudoi/schema';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

/** Files of docs/events that follow from the registry of events: path in the checkout -> content. */
export async function eventDocuments(): Promise<Record<string, string>> {
  return {
    'docs/events/asyncapi.json': `${JSON.stringify(asyncApiDocument(), null, 2)}\n`,
    'docs/events/tsudoi-events.d.ts': await eventTypes(),
  };
}

/** Types of all events for TypeScript programs outside this repository: no import, no dependency. */
async function eventTypes(): Promise<string> {
  const { events, shared } = eventSchemas('#/$defs/');
  const schema = {
    title: 'TsudoiEvent',
    oneOf: Object.keys(events).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: { ...shared, ...events },
  };
  return compile(schema as unknown as JSONSchema, 'TsudoiEvent', {
    additionalProperties: false,
    bannerComment:
      '/** Events of a Tsudoi hub as CloudEvents. Generated from the schema by `npm run generate`. */',
    style: { singleQuote: true, printWidth: 110 },
    unreachableDefinitions: false,
    ignoreMinAndMaxItems: true,
  });
}
