/**
 * All suffixes of a text of code units in order, by induced sorting (Nong, Zhang and Chan 2009): time linear in the text, and about
 * 8 bytes of working memory a unit beside the result. A suffix stands before every longer one that it begins.
 *
 * A suffix is of type S when it is smaller than the one behind it, else of type L. Random reads of the text are what takes the time, so
 * the sign of an entry tells whether the suffix before it is still to be induced in the current pass (Mori's idea in sais-lite): it is
 * found out when the entry is written and its neighbour in the text is at hand.
 * @param text integers from 0 to `largest`
 */
export function sortSuffixes(text: Uint16Array | Int32Array, largest: number): Int32Array {
  const n = text.length;
  const order = new Int32Array(n);
  if (n <= 1) return order;
  const dense = text instanceof Uint16Array ? denselyNumbered(text, largest) : { text, largest };
  const leftmost = leftmostSmall(dense.text);
  const buckets = createBuckets(dense.text, dense.largest);
  if (leftmost.length > 0) {
    placeLeftmost(order, leftmost, dense.text, buckets.ends());
    const sorted = sortLeftmost(dense.text, order, leftmost, buckets);
    order.fill(0);
    placeLeftmost(order, sorted, dense.text, buckets.ends());
  }
  induceLarge(order, dense.text, buckets.starts(), false);
  induceSmall(order, dense.text, buckets.ends(), false);
  return order;
}

type Text = Uint16Array | Int32Array;

/** The same text with the units that occur numbered 0, 1, ...: the ends of their buckets then lie close together. */
function denselyNumbered(text: Uint16Array, largest: number): { text: Uint16Array; largest: number } {
  const numbers = new Uint16Array(largest + 1);
  for (let i = 0; i < text.length; i++) numbers[text[i]] = 1;
  let count = 0;
  for (let unit = 0; unit <= largest; unit++) if (numbers[unit] === 1) numbers[unit] = count++;
  const dense = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) dense[i] = numbers[text[i]];
  return { text: dense, largest: count - 1 };
}

/** The suffixes that begin with one unit are neighbours in the result, those of type L first. */
function createBuckets(text: Text, largest: number) {
  const before = new Int32Array(largest + 2);
  for (let i = 0; i < text.length; i++) before[text[i] + 1]++;
  for (let unit = 0; unit <= largest; unit++) before[unit + 1] += before[unit];
  const cursor = new Int32Array(largest + 1);
  const from = (first: number) => {
    cursor.set(before.subarray(first, first + largest + 1));
    return cursor;
  };
  return { starts: () => from(0), ends: () => from(1) };
}

/** Positions whose suffix is of type S after one of type L, in the order of the text. Types follow no pattern, so nothing here branches on them. */
function leftmostSmall(text: Text): Int32Array {
  const n = text.length;
  // No two of them are neighbours.
  const positions = new Int32Array((n >> 1) + 1);
  let first = positions.length;
  let isSmall = 0;
  for (let i = n - 2; i >= 0; i--) {
    const difference = text[i] - text[i + 1];
    const isLess = difference >>> 31;
    const isEqual = ((difference | -difference) >>> 31) ^ 1;
    const was = isSmall;
    isSmall = isLess | (isEqual & was);
    positions[first - 1] = i + 1;
    first -= was & (isSmall ^ 1);
  }
  return positions.subarray(first);
}

function placeLeftmost(order: Int32Array, leftmost: Int32Array, text: Text, ends: Int32Array): void {
  for (let i = leftmost.length - 1; i >= 0; i--) order[--ends[text[leftmost[i]]]] = leftmost[i];
}

/**
 * Suffixes of type L from left to right: each entry brings the suffix before its own to the front of that one's bucket. Behind the scan
 * an entry is positive where one of type S is before it. `forNames` leaves the others as 0, else they are complements.
 */
function induceLarge(order: Int32Array, text: Text, starts: Int32Array, forNames: boolean): void {
  const n = text.length;
  const last = text[n - 1];
  order[starts[last]++] = text[n - 2] < last ? ~(n - 1) : n - 1;
  for (let i = 0; i < n; i++) {
    const entry = order[i];
    if (entry > 0) {
      const position = entry - 1;
      const unit = text[position];
      order[starts[unit]++] = position > 0 && text[position - 1] < unit ? ~position : position;
    }
    order[i] = forNames && entry > 0 ? 0 : ~entry;
  }
}

/**
 * Suffixes of type S from right to left, to the ends of their buckets. Then the order is whole; or, `forNames`, what is negative are the
 * complements of the leftmost suffixes (and perhaps of 0), and all else is 0.
 */
function induceSmall(order: Int32Array, text: Text, ends: Int32Array, forNames: boolean): void {
  for (let i = text.length - 1; i >= 0; i--) {
    const entry = order[i];
    if (entry > 0) {
      const position = entry - 1;
      const unit = text[position];
      order[--ends[unit]] = position === 0 || text[position - 1] > unit ? ~position : position;
      if (forNames) order[i] = 0;
    } else if (!forNames) order[i] = ~entry;
  }
}

/** The leftmost S suffixes in order: their substrings are sorted and named by rank, and the text of names is sorted the same way. */
function sortLeftmost(
  text: Text,
  order: Int32Array,
  leftmost: Int32Array,
  buckets: ReturnType<typeof createBuckets>,
): Int32Array {
  induceLarge(order, text, buckets.starts(), true);
  induceSmall(order, text, buckets.ends(), true);
  const sorted = new Int32Array(leftmost.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) if (order[i] < -1) sorted[count++] = ~order[i];
  const { names, largest } = nameSubstrings(text, leftmost, sorted);
  if (largest === leftmost.length - 1) return sorted;
  const again = sortSuffixes(names, largest);
  for (let i = 0; i < again.length; i++) again[i] = leftmost[again[i]];
  return again;
}

/** Equal substrings, from one leftmost suffix to the next with its first unit, have equal names. */
function nameSubstrings(text: Text, leftmost: Int32Array, sorted: Int32Array) {
  // By half the position, which tells them apart: the length first, then the name.
  const cells = new Int32Array((text.length >> 1) + 1);
  const last = leftmost[leftmost.length - 1];
  for (let i = 0; i + 1 < leftmost.length; i++) cells[leftmost[i] >> 1] = leftmost[i + 1] - leftmost[i] + 1;
  let name = -1;
  let [previous, previousLength] = [-1, 0];
  for (let i = 0; i < sorted.length; i++) {
    const position = sorted[i];
    // The last one ends with the text, where no unit is left to compare: 0, and equal to none.
    const length = cells[position >> 1];
    const isEqual =
      length === previousLength &&
      position !== last &&
      previous >= 0 &&
      isSame(text, previous, position, length);
    if (!isEqual) name += 1;
    cells[position >> 1] = name;
    [previous, previousLength] = [position, length];
  }
  return { names: leftmost.map((position) => cells[position >> 1]), largest: name };
}

function isSame(text: Text, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text[a + i] !== text[b + i]) return false;
  return true;
}
