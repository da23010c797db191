import { type Hub, logHead, verifyLog, waitForProjections } from '@tsudoi/hub';
import { type Stage, until } from './stage.ts';

/** Waits until publisher and projector have caught up, then walks everything. @returns what is wrong, or null */
export async function whatIsWrong(stage: Stage, hub: Hub, patienceSeconds = 20): Promise<string | null> {
  const { position } = await logHead(hub.sql);
  await until(`NATS at ${position}`, patienceSeconds, async () => {
    return ((await stage.published((copy) => copy.lastSequence())) ?? 0) >= position;
  });
  if (!(await waitForProjections(hub, position, patienceSeconds * 1000)))
    return `after ${patienceSeconds} s the projections are not at ${position}`;
  const report = await stage.published((stream) => verifyLog(hub, { stream }));
  if (!report) return 'the published copy cannot be read';
  const late = report.projections.filter(({ lag }) => lag > 0);
  return report.problem ?? (late.length > 0 ? `${late[0].name} is behind` : null);
}

/** Each acknowledged command appended once, at the position it was told: by its receipt and by the events themselves. */
export async function lostOrDoubled(
  hub: Hub,
  acknowledged: ReadonlyMap<string, number>,
): Promise<string | null> {
  const rows = await hub.sql<{ id: string; position: number; appended: number; last: number | null }[]>`
    select r.command_id as id, r.position, e.appended, e.last
    from command_receipt r left join lateral (
      select count(*)::int as appended, max(position) as last from event
      where position between r.position - 4 and r.position and meta->>'commandId' = r.command_id::text) e on true`;
  const receipts = new Map(rows.map((row) => [row.id, row]));
  const torn = rows.find((row) => row.last !== row.position);
  if (torn) return `receipt ${torn.id} names position ${torn.position}, its events end at ${torn.last}`;
  for (const [id, position] of acknowledged) {
    const receipt = receipts.get(id);
    if (!receipt) return `command ${id} was acknowledged at position ${position} and is not there`;
    if (receipt.position !== position)
      return `command ${id} was answered ${position}, its receipt says ${receipt.position}`;
  }
  const [twice] = await hub.sql<{ id: string }[]>`
    select meta->>'commandId' as id from event group by 1, meta->>'actor'
    having count(*) <> max(position) - min(position) + 1 limit 1`;
  return twice ? `the events of command ${twice.id} do not lie together: it happened twice` : null;
}
