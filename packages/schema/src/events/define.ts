import { z } from 'zod';

export const streamTypes = [
  'person',
  'group',
  'source',
  'annotation-set',
  'annotation-item',
  'job',
  'run',
  'artifact',
  'release',
  'credit',
  'webhook',
  'subscription',
] as const;
export type StreamType = (typeof streamTypes)[number];

/** The newest version of one event type, and how each older version is lifted to the next one. */
export interface EventDefinition<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  type: Type;
  stream: StreamType;
  version: number;
  data: Data;
  /** `upcasts[v]` turns data of version v into data of version v + 1. Pure. */
  upcasts: Record<number, (data: unknown) => unknown>;
}

export function event<Type extends string, Shape extends z.ZodRawShape>(
  stream: StreamType,
  type: Type,
  version: number,
  shape: Shape,
  upcasts: Record<number, (data: unknown) => unknown> = {},
): EventDefinition<Type, z.ZodObject<Shape, z.core.$strict>> {
  return { type, stream, version, data: z.strictObject(shape), upcasts };
}

export type EventOf<D extends readonly EventDefinition[]> = {
  [K in keyof D]: D[K] extends EventDefinition<infer Type, infer Data>
    ? { type: Type; data: z.infer<Data> }
    : never;
}[number];
