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
  const counter = createTermCounter();
  let slots = new Uint32Array(1 << 16);
  let documents = new Uint32Array(1 << 16);
  let counts = new Uint32Array(1 << 16);
  let pairs = 0;
  const lengths: number[] = [];
  return {
    add(text: string) {
      const document = lengths.length;
      lengths.push(counter.count(text));
      counter.forEach((term, count) => {
        if (pairs === slots.length)
          [slots, documents, counts] = [grown(slots), grown(documents), grown(counts)];
        slots[pairs] = table.slotOf(term);
        documents[pairs] = document;
        counts[pairs++] = count;
      });
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

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

const slotFor = (term: Term, mask: number): number => {
  const mixed = Math.imul((term | 0) ^ Math.imul((term / 65_536) | 0, 0x85ebca6b), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
};

/** Counts the terms of one text after the other in a table that stays in the processor's cache, so that the large one is asked once a term. */
function createTermCounter() {
  let keys = new Float64Array(1 << 10);
  let counts = new Uint32Array(1 << 10);
  let used = new Uint32Array(1 << 10);
  let distinct = 0;
  const clear = () => {
    for (let i = 0; i < distinct; i++) counts[used[i]] = 0;
    distinct = 0;
  };
  const find = (term: Term): number => {
    const mask = keys.length - 1;
    let at = slotFor(term, mask);
    while (counts[at] !== 0 && keys[at] !== term) at = (at + 1) & mask;
    return at;
  };
  const grow = () => {
    const [oldKeys, oldCounts, oldUsed] = [keys, counts, used];
    keys = new Float64Array(oldKeys.length * 2);
    counts = new Uint32Array(keys.length);
    used = new Uint32Array(keys.length);
    for (let i = 0; i < distinct; i++) {
      const at = find(oldKeys[oldUsed[i]]);
      keys[at] = oldKeys[oldUsed[i]];
      counts[at] = oldCounts[oldUsed[i]];
      used[i] = at;
    }
  };
  return {
    /** How many terms the text has, repeats counted. */
    count(text: string): number {
      clear();
      let length = 0;
      forEachTerm(text, (term) => {
        length += 1;
        const at = find(term);
        if (counts[at]++ > 0) return;
        keys[at] = term;
        used[distinct++] = at;
        if (distinct * 2 > keys.length) grow();
      });
      return length;
    },
    /** The terms of the last text in the order in which they came. */
    forEach(visit: (term: Term, count: number) => void) {
      for (let i = 0; i < distinct; i++) visit(keys[used[i]], counts[used[i]]);
    },
  };
}

/** Open addressing from term to a dense slot number. */
function createTermTable() {
  let keys = new Float64Array(1 << 17).fill(-1);
  let slots = new Int32Array(1 << 17);
  let size = 0;
  const find = (term: Term): number => {
    const mask = keys.length - 1;
    let i = slotFor(term, mask);
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
