import { Rejection } from '@tsudoi/schema';
import type { Transaction } from './connection.ts';

/** What the writer claims to know about a stream. It is a required argument: there is no default. */
export type ExpectedVersion = { exact: number } | 'must-not-exist' | 'must-exist' | 'any';

/** The writer was wrong about a stream: somebody wrote to it first, or it does (not) exist. */
export class WrongVersion extends Error {
  override readonly name = 'WrongVersion';
  readonly stream: string;
  readonly expected: ExpectedVersion;
  readonly actual: number;

  constructor(stream: string, expected: ExpectedVersion, actual: number) {
    super(`${stream} is at version ${actual}, expected ${JSON.stringify(expected)}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }

  /** The refusal that its sender reads. */
  rejection(): Rejection {
    if (this.expected === 'must-not-exist') return new Rejection('stream.exists', { stream: this.stream });
    if (this.expected === 'must-exist') return new Rejection('stream.missing', { stream: this.stream });
    const expected = typeof this.expected === 'object' ? this.expected.exact : this.expected;
    return new Rejection('stream.conflict', { stream: this.stream, actual: this.actual, expected });
  }
}

/**
 * Moves a stream on by `count` versions if it is where the writer expects it, and holds its row until the transaction
 * ends. A concurrent writer of the stream waits here and then finds the new version.
 * @returns the version before
 * @throws WrongVersion
 */
export async function advanceStream(
  tx: Transaction,
  streamType: string,
  streamId: string,
  expected: ExpectedVersion,
  count: number,
): Promise<number> {
  const rows = await advance(tx, streamType, streamId, expected, count);
  if (rows.length === 1) return rows[0].version - count;
  const [row] = await tx<{ version: number }[]>`
    select version from stream where stream_type = ${streamType} and stream_id = ${streamId}`;
  throw new WrongVersion(`${streamType} ${streamId}`, expected, row?.version ?? 0);
}

function advance(
  tx: Transaction,
  streamType: string,
  streamId: string,
  expected: ExpectedVersion,
  count: number,
) {
  const here = tx`stream_type = ${streamType} and stream_id = ${streamId}`;
  const insert = tx`insert into stream as s (stream_type, stream_id, version) values (${streamType}, ${streamId}, ${count})`;
  if (expected === 'must-not-exist' || (typeof expected === 'object' && expected.exact === 0)) {
    return tx<{ version: number }[]>`${insert} on conflict do nothing returning version`;
  }
  if (expected === 'any') {
    return tx<{ version: number }[]>`
      ${insert} on conflict (stream_type, stream_id) do update set version = s.version + ${count} returning version`;
  }
  if (expected === 'must-exist') {
    return tx<
      { version: number }[]
    >`update stream set version = version + ${count} where ${here} returning version`;
  }
  return tx<{ version: number }[]>`
    update stream set version = version + ${count} where ${here} and version = ${expected.exact} returning version`;
}
