// What of an error a person is shown: one line where it is theirs to mend, the stack where it is ours.

/** Errors of files, addresses and the like as the system tells them, whose message names the operation and the path. */
export function isSystemError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return error instanceof Error && typeof code === 'string' && typeof syscall === 'string';
}

/** One line for errors of the kinds that are expected, the stack for any other. */
export function wordsOf(error: unknown, expected: readonly (new (...args: never[]) => Error)[]): string {
  const isExpected = isSystemError(error) || expected.some((kind) => error instanceof kind);
  return isExpected ? (error as Error).message : error instanceof Error ? (error.stack ?? '') : String(error);
}
