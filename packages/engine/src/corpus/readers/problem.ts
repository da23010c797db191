/** Why a record, or all the rest of a file, gave no document. */
export type ProblemCode =
  | 'not-text'
  | 'oversized'
  | 'empty'
  | 'truncated'
  | 'broken'
  | 'bomb'
  | 'nested'
  | 'unsupported';

/** Where the next record begins: its number from 0, and its offset in the decompressed bytes of the file. */
export interface Cursor {
  record: number;
  byte: number;
}

export interface Unreadable {
  problem: ProblemCode;
  file: string;
  /** Number of the record from 0. */
  record: number;
  /** Offset in the decompressed bytes of the file. */
  offset: number;
  /** A few more words, such as the bound that was passed. */
  detail?: string;
  cursor: Cursor;
}

const WORDS: Record<ProblemCode, string> = {
  'not-text': 'neither UTF-8 nor an encoding that could be told (Shift_JIS, EUC-JP, ISO-2022-JP, UTF-16)',
  oversized: 'larger than one record may be',
  empty: 'holds no text',
  truncated: 'ends in the middle of a record or of its compression',
  broken: 'is damaged or not of the format it was said to be',
  bomb: 'unpacks to more than its bound allows (a decompression bomb?)',
  nested: 'is compressed more than twice over',
  unsupported: 'uses a feature that this reader does not have',
};

/** One line for a person: file, record, byte, and what is wrong. */
export function describeProblem({ problem, file, record, offset, detail }: Unreadable): string {
  return `${file}, record ${record}, byte ${offset}: ${WORDS[problem]}${detail ? ` (${detail})` : ''}`;
}

/** A problem that ends the reading of a file; thrown inside readers and turned into `Unreadable` at their edge. */
export class ReadProblem extends Error {
  readonly problem: ProblemCode;

  constructor(problem: ProblemCode, detail = '') {
    super(detail || WORDS[problem]);
    this.name = 'ReadProblem';
    this.problem = problem;
  }
}
