import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createUsersFile } from './users-file.ts';

it('tells the server again when the first attempt failed, and not once it was told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-users-'));
  const [file, pidFile] = [join(folder, 'users.conf'), join(folder, 'pid')];
  const servers: ChildProcess[] = [];
  // Another process plays the server: it ends when it is told, and so shows that it was.
  const startServer = () => {
    const server = spawn('sleep', ['60'], { stdio: 'ignore' });
    servers.push(server);
    writeFileSync(pidFile, `${server.pid}\n`);
    return once(server, 'exit');
  };
  try {
    const users = createUsersFile({ file, pidFile });
    expect(() => users.put('users = []\n')).toThrow(); // no process id yet
    expect(readFileSync(file, 'utf8')).toBe('users = []\n');
    const told = startServer();
    expect(users.put('users = []\n')).toBe(true);
    expect(await told).toEqual([null, 'SIGHUP']);
    const toldAgain = startServer();
    expect(users.put('users = []\n')).toBe(false);
    expect(servers.at(-1)?.signalCode).toBeNull();
    expect(users.put('users = [1]\n')).toBe(true);
    expect(await toldAgain).toEqual([null, 'SIGHUP']);
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
