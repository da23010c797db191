import { z } from 'zod';
import { streamTypes } from './events/define.ts';

/** What a webhook or a subscription is about: everything, the events of one kind of stream, or one event type of it. */
export const Topic = z
  .string()
  .max(80)
  .regex(/^(\*|[a-z][a-z-]*(\.[A-Z][A-Za-z]*)?)$/)
  .refine((topic) => topic === '*' || (streamTypes as readonly string[]).includes(topic.split('.')[0]), {
    error: 'there is no such kind of stream',
  });
export type Topic = z.infer<typeof Topic>;
export const Topics = z.array(Topic).min(1).max(50);

/** Whether an event is among the topics. A type that a topic names and nobody knows yet simply never comes. */
export function isAbout(topics: readonly string[], streamType: string, type: string): boolean {
  return topics.some((topic) => topic === '*' || topic === streamType || topic === `${streamType}.${type}`);
}
