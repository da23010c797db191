/** One JSON object a line on stdout: level, role, message and whatever fields explain it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export function createLog(role: string, write: (line: string) => void = writeStdout): Log {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write(JSON.stringify({ at: new Date().toISOString(), level, role, message, ...fields }));
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function writeStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
