const LF = 0x0a;

/**
 * The lines of a file that people made, each decoded by itself so that a bad one can be named; null is one that is no
 * UTF-8. Of a file larger than `most` bytes only the lines that end before it. Memory: one line and one chunk.
 */
export async function* linesIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<string | null> {
  let rest: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(LF); to >= 0; to = chunk.indexOf(LF, from)) {
      yield decoded([...rest, chunk.subarray(from, to)]);
      rest = [];
      from = to + 1;
    }
    rest.push(chunk.subarray(from));
    read += chunk.length;
    if (read >= most) return;
  }
  if (rest.some(({ length }) => length > 0)) yield decoded(rest);
}

function decoded(parts: Uint8Array[]): string | null {
  try {
    // A byte order mark is taken away: editors on Windows put one before the first line.
    return new TextDecoder('utf-8', { fatal: true }).decode(
      parts.length === 1 ? parts[0] : Buffer.concat(parts),
    );
  } catch {
    return null;
  }
}
