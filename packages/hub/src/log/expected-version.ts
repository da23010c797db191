import { Rejection } from '@tsudoi/schema';
import postgres from 'postgres';
import { z } from 'zod';

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

/** Whether a stream at version `actual` (0: it does not exist) is what the writer expects. */
export function isAsExpected(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'must-exist') return actual > 0;
  return actual === (expected === 'must-not-exist' ? 0 : expected.exact);
}

const Detail = z.object({ stream_type: z.string(), stream_id: z.string(), base: z.int(), actual: z.int() });

/** The refusal of `append_events` (SQLSTATE TS002) as a WrongVersion; null for every other error. */
export function wrongVersionOf(error: unknown): WrongVersion | null {
  if (!(error instanceof postgres.PostgresError) || error.code !== 'TS002') return null;
  const { stream_type, stream_id, base, actual } = Detail.parse(JSON.parse(error.detail ?? 'null'));
  const expected = base === 0 ? 'must-not-exist' : { exact: base };
  return new WrongVersion(`${stream_type} ${stream_id}`, expected, actual);
}
