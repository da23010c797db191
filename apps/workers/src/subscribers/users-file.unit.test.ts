import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createUsersFile } from './users-file.ts';

it('tells the server again when the first attempt failed, and not once it was told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-users-'));
  const [file, pidFile] = [join(folder, 'users.conf'), join(folder, 'pid')];
  const ignore = () => undefined;
  process.on('SIGHUP', ignore); // this process plays the server
  try {
    const users = createUsersFile({ file, pidFile });
    expect(() => users.put('users = []\n')).toThrow(); // no process id yet
    expect(readFileSync(file, 'utf8')).toBe('users = []\n');
    writeFileSync(pidFile, `${process.pid}\n`);
    expect(users.put('users = []\n')).toBe(true);
    expect(users.put('users = []\n')).toBe(false);
    expect(users.put('users = [1]\n')).toBe(true);
  } finally {
    process.off('SIGHUP', ignore);
    rmSync(folder, { recursive: true });
  }
});
