import { Rejection } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';

/** @throws Rejection `group.unknown`; null stands for the whole hub and always exists */
export async function requireGroup(sql: Queryable, groupId: string | null): Promise<void> {
  if (groupId === null) return;
  const rows = await sql`select 1 from working_group where group_id = ${groupId}`;
  if (rows.length === 0) throw new Rejection('group.unknown', { groupId });
}
