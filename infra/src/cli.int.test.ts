import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkoutRoot } from './paths.ts';

let dir: string;
let occupied: Server;
let port: number;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tsudoi-cli-'));
  occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
  port = (occupied.address() as { port: number }).port;
});

afterAll(() => {
  occupied.close();
  rmSync(dir, { recursive: true, force: true });
});

function tsudoi(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['infra/src/cli.ts', ...(args.includes('--dir') ? args : [...args, '--dir', join(dir, 'hub')])],
    {
      cwd: checkoutRoot,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '', NATS_URL: '' },
    },
  );
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

describe('the front door', () => {
  test('an unknown command is a wrong call: exit 2 and one line', () => {
    const { status, stderr } = tsudoi('dmeo');
    expect(status).toBe(2);
    expect(stderr).toBe('tsudoi: there is no command "dmeo"; "./tsudoi --help" lists them');
  });

  test('an unknown option is a wrong call and shows the usage', () => {
    const { status, stderr } = tsudoi('up', '--prot', '3000');
    expect(status).toBe(2);
    expect(stderr).toContain('usage: ./tsudoi up');
  });

  test('every command has --help and does nothing with it', () => {
    for (const name of [
      'demo',
      'up',
      'down',
      'status',
      'test',
      'reset',
      'logs',
      'trace',
      'verify-log',
      'operations',
      'backup',
      'restore',
      'demo:kill',
    ]) {
      const { status, stdout } = tsudoi(name, '--help');
      expect({ name, status }).toEqual({ name, status: 0 });
      expect(stdout).toContain(`usage: ./tsudoi ${name}`);
    }
  });

  test('a taken port gives one clear line', () => {
    const { status, stderr } = tsudoi('up', '--port', String(port));
    expect(status).toBe(1);
    expect(stderr).toBe(`tsudoi: port ${port} is taken; choose another with --port N`);
  });

  test('a port that is no port is refused', () => {
    expect(tsudoi('up', '--port', 'http').status).toBe(2);
  });

  test('status, down and reset of a hub that was never started say so', () => {
    expect(JSON.parse(tsudoi('status', '--json').stdout)).toEqual({ running: false });
    expect(JSON.parse(tsudoi('down', '--json').stdout)).toEqual({ running: false });
    expect(tsudoi('reset').stdout).toBe('there is nothing to delete');
  });

  test('status names what does not run, and does not call a hub ready whose server is gone', async () => {
    const health = createHttpServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
    const web = (health.address() as AddressInfo).port;
    const ended = spawn('true');
    await new Promise((resolve) => ended.once('exit', resolve));
    const running = { portal: process.pid, hub: process.pid };
    const state = (children: Record<string, number>, down: object[]) => {
      const ports = { web, postgres: 1, nats: 2, models: 3 };
      const places = { supervisor: process.pid, url: `http://127.0.0.1:${web}`, ports };
      const value = { ...places, startedAt: new Date().toISOString(), ready: true, children, down };
      mkdirSync(join(dir, 'up'), { recursive: true });
      writeFileSync(join(dir, 'up/state.json'), JSON.stringify(value));
    };
    // Not spawnSync: this process answers for the portal.
    const status = async () => {
      const child = spawn(
        process.execPath,
        ['infra/src/cli.ts', 'status', '--json', '--dir', join(dir, 'up')],
        {
          cwd: checkoutRoot,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      return JSON.parse(await text(child.stdout));
    };
    state(running, []);
    expect(await status()).toMatchObject({ running: true, ready: true, down: [] });
    state({ ...running, nats: ended.pid! }, []);
    expect(await status()).toMatchObject({ ready: false, down: [{ name: 'nats', what: 'gone' }] });
    const down = [
      { name: 'postgres', vital: true, what: 'ended (signal SIGKILL); try 1 of 6 to start it again' },
    ];
    state(running, down);
    expect(await status()).toMatchObject({ ready: false, down });
    state(running, [{ name: 'worker-1', vital: false, what: 'given up after 6 tries (exit code 1)' }]);
    expect(await status()).toMatchObject({ ready: true, down: [{ name: 'worker-1' }] });
    health.close();
  });

  test('verify-log without a hub says how to get one', () => {
    const { status, stderr } = tsudoi('verify-log');
    expect(status).toBe(1);
    expect(stderr).toBe('tsudoi: there is no hub here yet; start one with "./tsudoi demo"');
  });

  test('nor does any other command that looks at a hub make one on the way', () => {
    mkdirSync(join(dir, 'empty'));
    for (const name of ['trace', 'projections']) {
      const { status, stderr } = tsudoi(name, '--dir', join(dir, 'empty'));
      expect([name, status, stderr]).toEqual([
        name,
        1,
        'tsudoi: there is no hub here yet; start one with "./tsudoi demo"',
      ]);
    }
    expect(readdirSync(join(dir, 'empty'))).toEqual([]);
  });

  test('a word that no command asked for, and a number that is none, are wrong calls', () => {
    expect(tsudoi('reset', '/elsewhere', '--yes')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^tsudoi: there is no place for "\/elsewhere"; usage: .\/tsudoi reset/),
    });
    expect(tsudoi('logs', 'hub', '--lines', 'many').status).toBe(2);
  });

  test('a state that a crash cut short is none; secrets that are damaged are not made anew', () => {
    mkdirSync(join(dir, 'cut'));
    writeFileSync(join(dir, 'cut/state.json'), '{"superv');
    expect(tsudoi('status', '--dir', join(dir, 'cut')).stdout).toContain('nothing is running');
    writeFileSync(join(dir, 'cut/secrets.json'), '');
    const { status, stderr } = tsudoi('restore', dir, '--dir', join(dir, 'cut'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('secrets.json is damaged')]);
    expect(readFileSync(join(dir, 'cut/secrets.json'), 'utf8')).toBe('');
  });

  test('a log that does not exist names those that do', () => {
    const { status, stderr } = tsudoi('logs', 'nobody');
    expect(status).toBe(1);
    expect(stderr).toBe('tsudoi: there is no log "nobody"; there are: none');
  });
});
