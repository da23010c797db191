import { spawn } from 'node:child_process';

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const MAX_OUTPUT = 4 * 2 ** 20;

/**
 * Runs a program without a shell and returns its exit code and the first 4 MiB of its output; a program that is not
 * there counts as exit code 127. Rejects only when `signal` aborts, after the program was killed.
 */
export function runCommand(
  program: string,
  args: string[],
  options: { cwd: string; signal: AbortSignal },
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      signal: options.signal,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MAX_OUTPUT) stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MAX_OUTPUT) stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ exitCode: 127, stdout, stderr: `${program} is not installed` });
      else reject(error);
    });
    child.on('close', (code) => resolve({ exitCode: code ?? 137, stdout, stderr }));
  });
}

/** The last line that says something, for the message of a rejection. */
export function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^(E|npm error):?\s*/, '').slice(0, 200);
}
