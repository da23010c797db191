import type { Candidates } from './resolve.ts';

/**
 * Candidate pairs of documents whose band keys are in memory (8 bytes a band and document). One hash table at a time
 * holds one band, so the tables cost 12 bytes a slot and two slots a document however many bands there are.
 */
export function bandCandidates(keys: {
  high: Int32Array;
  low: Int32Array;
  count: number;
  buckets: number;
  /** Group of each document; documents of different groups are not compared. Absent: all are. */
  group?: Uint32Array;
}): Candidates {
  const { high, low, count, buckets, group } = keys;
  const size = 2 ** Math.ceil(Math.log2(count * 2 + 2));
  const slots = new Int32Array(size);
  return (same, alive) => {
    for (let band = 0; band < buckets; band++) {
      slots.fill(-1);
      for (let document = 0; document < count; document++) {
        if (alive && alive[document] === 0) continue;
        const at = document * buckets + band;
        const own = group ? Math.imul(group[document] + 1, 0x9e3779b1) : 0;
        let slot = (low[at] ^ own) & (size - 1);
        for (;;) {
          const other = slots[slot];
          if (other === -1) {
            slots[slot] = document;
            break;
          }
          const there = other * buckets + band;
          if (low[there] === low[at] && high[there] === high[at] && group?.[other] === group?.[document]) {
            same(other, document);
            break;
          }
          slot = (slot + 1) & (size - 1);
        }
      }
    }
  };
}
