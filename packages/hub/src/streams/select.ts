import { isAbout, Rejection } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';
import type { PublicEvent } from './public-events.ts';

/** Which events somebody listens to. */
export interface Selection {
  /** Slug of a working group; null: all events, those of no group included. */
  group: string | null;
  topics: readonly string[];
}

export const everything: Selection = { group: null, topics: ['*'] };

export function isSelected({ envelope, group }: PublicEvent, wanted: Selection): boolean {
  if (wanted.group !== null && wanted.group !== group) return false;
  return isAbout(wanted.topics, envelope.streamType, envelope.type);
}

/** @throws Rejection `group.unknown`: a misspelt group would be a stream that is silent for ever */
export async function requireGroupSlug(sql: Queryable, slug: string): Promise<void> {
  const found = await sql`select from working_group where slug = ${slug}`;
  if (found.length === 0) throw new Rejection('group.unknown', { groupId: slug });
}
