import type { SourceEvent } from '@tsudoi/schema';
import type { Statement, Transaction } from '../log/connection.ts';

/** Two titles are the same if they differ only in width, case or white space. */
export function titleKey(title: string): string {
  return title.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/**
 * Claims both titles for a source until the transaction ends. A concurrent proposal of the same title waits here.
 * @returns the source that holds one of the titles already, or null
 */
export async function claimTitles(
  tx: Transaction,
  sourceId: string,
  titles: string[],
): Promise<{ title: string; sourceId: string } | null> {
  const byKey = new Map(titles.map((title) => [titleKey(title), title]));
  for (const key of [...byKey.keys()].sort()) {
    const [row] = await tx<{ holder: string }[]>`
      insert into source_title as held (title_key, source_id) values (${key}, ${sourceId})
      on conflict (title_key) do update set source_id = held.source_id returning source_id as holder`;
    if (row.holder !== sourceId) return { title: byKey.get(key)!, sourceId: row.holder };
  }
  return null;
}

/** A source that came to nothing gives its titles back, and a revised one those it does not go by any more. */
export function releaseTitles(tx: Transaction, { type, data }: SourceEvent): Statement[] {
  switch (type) {
    case 'SourceRejected':
    case 'SourceWithdrawn':
      return [tx`delete from source_title where source_id = ${data.sourceId}`];
    case 'SourceRevised': {
      const kept = [titleKey(data.titleJa), titleKey(data.titleEn)];
      return [tx`delete from source_title where source_id = ${data.sourceId} and title_key <> all(${kept})`];
    }
    default:
      return [];
  }
}
