import type { Queryable } from '../log/connection.ts';
import { allProjections } from './registry.ts';

/** A read model that has stopped is not waited for from further back than this. */
const window = 500;

/** Every read model contains the log up to here, as long as none has fallen more than 500 events behind. */
export async function projectedPosition({ sql }: { sql: Queryable }): Promise<number> {
  const names = allProjections.map(({ name }) => name);
  const [{ position }] = await sql<{ position: number }[]>`
    select greatest(0, coalesce(min(position), 0), (select position from log_head) - ${window}::int) as position
    from projection where name in ${sql(names)}`;
  return position;
}
