import type { Database } from './connection.ts';
import { logHead } from './read-log.ts';

/**
 * Calls back with the position after each append. A hint to look, not a delivery: positions may be passed over, and
 * after a lost connection the first call comes with the head of that moment.
 * @returns a function that stops listening
 */
export async function listenPositions(
  sql: Database,
  onPosition: (position: number) => void,
): Promise<() => Promise<void>> {
  const { unlisten } = await sql.listen(
    'tsudoi_log',
    (payload) => onPosition(Number(payload)),
    () =>
      void logHead(sql).then(
        ({ position }) => onPosition(position),
        () => {},
      ),
  );
  return unlisten;
}
