import { forEachTerm, type Term } from './terms.ts';

export interface Postings {
  /** Ascending. */
  terms: Float64Array;
  /** Of each term, where its list begins in `lists`; one more entry than terms. */
  starts: Uint32Array;
  frequencies: Uint32Array;
  /** Per term: distance to the next document, then its term frequency, both as LEB128. */
  lists: Uint8Array;
  /** Terms in each document. */
  lengths: Uint32Array;
}

/** Collects the inverted index of one segment in typed arrays: about 9 bytes for each pair of term and document. */
export function createPostings() {
  const table = createTermTable();
  let slots = new Uint32Array(1 << 16);
  let documents = new Uint32Array(1 << 16);
  let counts = new Uint32Array(1 << 16);
  let newest = new Int32Array(1 << 16).fill(-1); // of each slot, the pair it was last counted in
  let pairs = 0;
  const lengths: number[] = [];
  return {
    add(text: string) {
      const document = lengths.length;
      let length = 0;
      forEachTerm(text, (term) => {
        length += 1;
        const slot = table.slotOf(term);
        if (slot >= newest.length) newest = grown(newest, -1);
        const pair = newest[slot] as number;
        if (pair >= 0 && documents[pair] === document) {
          counts[pair]++;
          return;
        }
        if (pairs === slots.length)
          [slots, documents, counts] = [grown(slots), grown(documents), grown(counts)];
        slots[pairs] = slot;
        documents[pairs] = document;
        counts[pairs] = 1;
        newest[slot] = pairs++;
      });
      lengths.push(length);
    },
    finish(): Postings {
      const { terms, ranks } = table.sorted();
      const rankOf = (pair: number) => ranks[slots[pair] as number] as number;
      const frequencies = new Uint32Array(terms.length);
      for (let pair = 0; pair < pairs; pair++) frequencies[rankOf(pair)]++;
      const places = new Uint32Array(terms.length + 1);
      for (let rank = 0; rank < terms.length; rank++)
        places[rank + 1] = (places[rank] as number) + (frequencies[rank] as number);
      const order = new Uint32Array(pairs);
      const cursor = places.slice();
      for (let pair = 0; pair < pairs; pair++) order[cursor[rankOf(pair)]++] = pair;
      const starts = new Uint32Array(terms.length + 1);
      const lists = new Uint8Array(pairs * 10);
      let at = 0;
      for (let rank = 0; rank < terms.length; rank++) {
        starts[rank] = at;
        let previous = 0;
        for (let i = places[rank] as number; i < (places[rank + 1] as number); i++) {
          const pair = order[i] as number;
          at = putVarint(lists, at, (documents[pair] as number) - previous);
          at = putVarint(lists, at, counts[pair] as number);
          previous = documents[pair] as number;
        }
      }
      starts[terms.length] = at;
      return { terms, starts, frequencies, lists: lists.subarray(0, at), lengths: Uint32Array.from(lengths) };
    },
  };
}

/** Calls back with each document of a list and how often it has the term. */
export function readList(list: Uint8Array, visit: (document: number, frequency: number) => void): void {
  let at = 0;
  let document = 0;
  const next = () => {
    let value = 0;
    let shift = 1;
    for (;;) {
      const byte = list[at++] as number;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  };
  while (at < list.length) {
    document += next();
    visit(document, next());
  }
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let [place, rest] = [at, value];
  while (rest >= 128) {
    bytes[place++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[place++] = rest;
  return place;
}

function grown<T extends Uint32Array | Int32Array>(array: T, fill = 0): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  if (fill !== 0) larger.fill(fill, array.length);
  return larger;
}

/** Open addressing from term to a dense slot number. */
function createTermTable() {
  let keys = new Float64Array(1 << 17).fill(-1);
  let slots = new Int32Array(1 << 17);
  let size = 0;
  const find = (term: Term): number => {
    const mask = keys.length - 1;
    const mixed = Math.imul((term | 0) ^ Math.imul((term / 65_536) | 0, 0x85ebca6b), 0x9e3779b1);
    let i = (mixed ^ (mixed >>> 15)) & mask;
    while (keys[i] !== -1 && keys[i] !== term) i = (i + 1) & mask;
    return i;
  };
  const grow = () => {
    const [oldKeys, oldSlots] = [keys, slots];
    keys = new Float64Array(oldKeys.length * 2).fill(-1);
    slots = new Int32Array(keys.length);
    for (let i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] === -1) continue;
      const at = find(oldKeys[i] as number);
      keys[at] = oldKeys[i] as number;
      slots[at] = oldSlots[i] as number;
    }
  };
  return {
    slotOf(term: Term): number {
      let at = find(term);
      if (keys[at] === term) return slots[at] as number;
      if (size * 2 >= keys.length) {
        grow();
        at = find(term);
      }
      keys[at] = term;
      slots[at] = size;
      return size++;
    },
    /** Terms in ascending order, and the rank of each slot. */
    sorted() {
      const terms = keys.filter((key) => key !== -1).sort();
      const ranks = new Uint32Array(size);
      for (let rank = 0; rank < terms.length; rank++)
        ranks[slots[find(terms[rank] as number)] as number] = rank;
      return { terms, ranks };
    },
  };
}
