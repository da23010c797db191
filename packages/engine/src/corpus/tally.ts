import type { Stats } from '@tsudoi/schema';
import type { CorpusDocument } from './document.ts';

/** Documents, characters (code units of UTF-16) and UTF-8 bytes, in all and by language and source. */
export function createTally() {
  const counts = new Map<string, number>();
  let documents = 0;
  const add = (key: string, amount: number) => counts.set(key, (counts.get(key) ?? 0) + amount);
  return {
    get documents() {
      return documents;
    },
    add({ text, meta }: CorpusDocument) {
      documents += 1;
      const bytes = Buffer.byteLength(text);
      add('characters', text.length);
      add('bytes', bytes);
      for (const group of [`language.${meta.language}`, `source.${meta.sourceId}.${meta.language}`]) {
        add(`${group}.documents`, 1);
        add(`${group}.characters`, text.length);
        add(`${group}.bytes`, bytes);
      }
    },
    /** Flat, in a stable order of keys. */
    stats(): Stats {
      return { documents, characters: 0, bytes: 0, ...Object.fromEntries([...counts].sort(byKey)) };
    },
  };
}

function byKey([a]: [string, number], [b]: [string, number]): number {
  return a < b ? -1 : 1;
}
