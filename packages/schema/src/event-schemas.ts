import { z } from 'zod';
import { CloudEvent, cloudEventType, isPrivateEvent } from './cloud-event.ts';
import {
  CascadeSettings,
  DecontaminationSets,
  RepetitionSettings,
  TokenizerHead,
  TokenizerPartition,
} from './corpus-settings.ts';
import type { EventDefinition } from './events/define.ts';
import { eventDefinitions } from './events/registry.ts';
import { LicenceReason, LicenceVerdict } from './licence-verdict.ts';
import { ArtifactDraft, Manifest } from './manifest.ts';
import { JobKind, ModelSettings, Needs, OptimizerSettings, Recipe, RunCard } from './recipes.ts';
import { RejectionValue } from './rejection.ts';
import { SourcePart, UseRights } from './source-part.ts';
import { Verification } from './verification.ts';

export type JsonSchema = Record<string, unknown>;

/** What every event has; the rest depends on its type. */
const Envelope = CloudEvent.omit({ type: true, schemaversion: true, data: true });

const nobodysBusiness = z.null().describe("The content is its owner's own business.");

/** Shapes that several events carry or that are long: described once, under these names. */
const named: Record<string, z.ZodType> = {
  ...{ ArtifactDraft, JobKind, LicenceReason, LicenceVerdict, Manifest, Needs, Recipe },
  ...{ Rejection: RejectionValue, RunCard, SourcePart, UseRights, Verification },
  ...{ ModelSettings, OptimizerSettings, CascadeSettings, DecontaminationSets, RepetitionSettings },
  ...{ TokenizerHead, TokenizerPartition },
};

interface Said {
  id?: string;
  description?: string;
}

/** Knows the names above, and what is said of a schema anywhere else. */
class Names extends z.core.$ZodRegistry<Said> {
  override get<S extends z.core.$ZodType>(schema: S): z.core.$replace<Said, S> | undefined {
    return super.get(schema) ?? (z.globalRegistry.get(schema) as z.core.$replace<Said, S> | undefined);
  }
}
const names = new Names();
for (const [id, schema] of Object.entries(named))
  names.add(schema, { ...z.globalRegistry.get(schema), id } as never);

/**
 * JSON Schemas (draft 2020-12) of all events as they travel, each a CloudEvent with the data of its newest version, and of
 * what they share. References lead to `base` and the name.
 */
export function eventSchemas(base: string): {
  events: Record<string, JsonSchema>;
  shared: Record<string, JsonSchema>;
} {
  const shared: Record<string, JsonSchema> = { CloudEvent: convert(Envelope).schema };
  const events: Record<string, JsonSchema> = {};
  for (const definition of eventDefinitions as readonly EventDefinition[]) {
    const { type, stream, version, data } = definition;
    const own = z.object({
      type: z.literal(cloudEventType(stream, type)),
      schemaversion: z.literal(version),
      data: isPrivateEvent({ streamType: stream, type }) ? nobodysBusiness : data,
    });
    const { schema, definitions } = convert(own);
    events[type] = { title: type, allOf: [{ $ref: `${inside}CloudEvent` }, schema] };
    Object.assign(shared, definitions);
  }
  return JSON.parse(JSON.stringify({ events, shared }).replaceAll(`"${inside}`, `"${base}`)) as ReturnType<
    typeof eventSchemas
  >;
}

const inside = '#/$defs/';

function convert(type: z.ZodType): { schema: JsonSchema; definitions: Record<string, JsonSchema> } {
  const {
    $schema: _,
    $defs = {},
    ...schema
  } = z.toJSONSchema(type, { io: 'output', unrepresentable: 'any', metadata: names }) as JsonSchema;
  // Attributes and data stand side by side in one object, so neither part may close it.
  const { additionalProperties: __, ...open } = schema;
  const definitions = Object.entries($defs as Record<string, JsonSchema>).map(
    ([name, { id: ___, $schema: ____, ...one }]) => [name, one] as const,
  );
  return { schema: open, definitions: Object.fromEntries(definitions) };
}
