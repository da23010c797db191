import { Rejection } from '@tsudoi/schema';
import { type Histories, load } from '../command/aggregate.ts';
import { group } from './group.ts';

/** @throws Rejection `group.unknown`; null stands for the whole hub and always exists */
export async function requireGroup(from: Histories, groupId: string | null): Promise<void> {
  if (groupId === null) return;
  const { state } = await load(from, group, groupId);
  if (!state.exists) throw new Rejection('group.unknown', { groupId });
}
