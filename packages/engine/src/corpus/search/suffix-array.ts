/**
 * All suffixes of a text of code units in order, by induced sorting (Nong, Zhang and Chan 2009): time linear in the text, and about
 * 13 bytes of working memory a unit beside the result. A suffix stands before every longer one that it begins.
 * @param text integers from 0 to `largest`
 */
export function sortSuffixes(text: Uint16Array | Int32Array, largest: number): Int32Array {
  const n = text.length;
  const order = new Int32Array(n);
  if (n <= 1) return order;

  // A suffix is of type S when it is smaller than the one that follows it, else of type L.
  const isSmall = new Uint8Array(n);
  for (let i = n - 2; i >= 0; i--)
    isSmall[i] = text[i] === text[i + 1] ? isSmall[i + 1] : text[i] < text[i + 1] ? 1 : 0;

  // Each bucket of a unit holds its L suffixes and then its S suffixes.
  const largeStart = new Int32Array(largest + 2);
  const smallStart = new Int32Array(largest + 2);
  for (let i = 0; i < n; i++) {
    if (isSmall[i]) largeStart[text[i] + 1]++;
    else smallStart[text[i]]++;
  }
  for (let unit = 0; unit <= largest; unit++) {
    smallStart[unit] += largeStart[unit];
    largeStart[unit + 1] += smallStart[unit];
  }

  const cursor = new Int32Array(largest + 2);
  const induce = (leftmost: Int32Array) => {
    order.fill(-1);
    cursor.set(smallStart);
    for (let i = 0; i < leftmost.length; i++) order[cursor[text[leftmost[i]]]++] = leftmost[i];
    cursor.set(largeStart);
    order[cursor[text[n - 1]]++] = n - 1;
    for (let i = 0; i < n; i++) {
      const before = order[i] - 1;
      if (before >= 0 && !isSmall[before]) order[cursor[text[before]]++] = before;
    }
    cursor.set(largeStart);
    for (let i = n - 1; i >= 0; i--) {
      const before = order[i] - 1;
      if (before >= 0 && isSmall[before]) order[--cursor[text[before] + 1]] = before;
    }
  };

  const leftmost = leftmostSmall(isSmall);
  induce(leftmost);
  if (leftmost.length > 0) induce(sortLeftmost(text, isSmall, order, leftmost));
  return order;
}

const isLeftmost = (isSmall: Uint8Array, i: number) => i > 0 && isSmall[i] === 1 && isSmall[i - 1] === 0;

/** Positions whose suffix is of type S after one of type L, in the order of the text. */
function leftmostSmall(isSmall: Uint8Array): Int32Array {
  let count = 0;
  for (let i = 1; i < isSmall.length; i++) if (isLeftmost(isSmall, i)) count++;
  const positions = new Int32Array(count);
  for (let i = 1, at = 0; i < isSmall.length; i++) if (isLeftmost(isSmall, i)) positions[at++] = i;
  return positions;
}

/** The leftmost S suffixes in order: their substrings are named by rank, and the text of names is sorted the same way. */
function sortLeftmost(
  text: Uint16Array | Int32Array,
  isSmall: Uint8Array,
  order: Int32Array,
  leftmost: Int32Array,
): Int32Array {
  const n = text.length;
  const place = new Int32Array(n).fill(-1);
  for (let i = 0; i < leftmost.length; i++) place[leftmost[i]] = i;
  const names = new Int32Array(leftmost.length);
  const endOf = (position: number) => leftmost[place[position] + 1] ?? n;
  const areEqual = (a: number, b: number) => {
    const length = endOf(a) - a;
    if (endOf(b) - b !== length) return false;
    let i = 0;
    while (i < length && text[a + i] === text[b + i]) i++;
    return i === length && a + i < n && b + i < n && text[a + i] === text[b + i];
  };
  let name = 0;
  let previous = -1;
  for (let i = 0; i < n; i++) {
    const position = order[i];
    if (!isLeftmost(isSmall, position)) continue;
    if (previous >= 0 && !areEqual(previous, position)) name++;
    names[place[position]] = name;
    previous = position;
  }
  const sorted = sortSuffixes(names, name);
  for (let i = 0; i < sorted.length; i++) sorted[i] = leftmost[sorted[i]];
  return sorted;
}
