import { placeOf } from './split.ts';

/**
 * How often each document of a group is taken so that its tokens come as near to `wanted` as whole documents allow,
 * never above: all of them for every whole epoch, and for the rest those with the lowest hash that fit. A document's
 * place in that order depends on its id and the seed alone, so a larger budget adds to a smaller
 * one, but for the few that fill up its end.
 */
export function selectDocuments(
  idOf: (document: number) => string,
  tokens: ArrayLike<number>,
  wanted: number,
  seed: number,
): Uint16Array {
  const repeats = new Uint16Array(tokens.length);
  let available = 0;
  for (let i = 0; i < tokens.length; i++) available += tokens[i];
  if (available === 0) return repeats;
  const whole = Math.floor(wanted / available);
  repeats.fill(whole);
  let rest = wanted - whole * available;
  if (rest <= 0) return repeats;
  const place = Float64Array.from(tokens, (_, i) => placeOf(idOf(i), `mixture:${seed}`));
  const order = Uint32Array.from(tokens, (_, i) => i).sort((a, b) => place[a] - place[b] || a - b);
  for (const i of order) {
    if (tokens[i] > rest) continue;
    repeats[i] += 1;
    rest -= tokens[i];
  }
  return repeats;
}
