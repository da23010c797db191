/** Progress goes to stderr, results to stdout, so that `--json` can be piped. */
export interface Say {
  /** A line that stays. */
  line(text: string): void;
  /** A line that the next one replaces on a terminal. */
  progress(text: string): void;
}

export function sayTo(stream: NodeJS.WriteStream): Say {
  let open = false;
  const close = () => {
    if (open) stream.write('\r\x1b[2K');
    open = false;
  };
  return {
    line(text) {
      close();
      stream.write(`${text}\n`);
    },
    progress(text) {
      if (!stream.isTTY) return;
      stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 100) - 1)}`);
      open = true;
    },
  };
}

/** Wrong use of a command: exit code 2 and one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
