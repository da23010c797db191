import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Location } from '@tsudoi/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { roffToText } from '../readers/roff.ts';
import { fetchLocation } from './fetch-location.ts';
import { openFiles } from './open-files.ts';

const root = mkdtempSync(join(tmpdir(), 'tsudoi-packages-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const limits = { maxBytes: 5_000_000, maxFiles: 100, maxSeconds: 120 };
const signal = new AbortController().signal;
const fetchInto = (location: Location, bounds = limits) =>
  fetchLocation(location, join(root, `${folders++}`), bounds, { signal });

async function filesOf(location: Location, include: string[]) {
  const fetched = await fetchInto(location);
  const found: Record<string, string> = {};
  for await (const file of openFiles(location, fetched, include, limits, signal).files) {
    for await (const chunk of file.chunks) found[file.path] = (found[file.path] ?? '') + chunk;
  }
  return { fetched, found };
}

describe('Debian packages', () => {
  const hostname: Location = { kind: 'deb', package: 'hostname' };

  it('are fetched by apt without root and read without being unpacked', async () => {
    const { fetched, found } = await filesOf(hostname, ['usr/share/man/man1/hostname.1.gz']);
    expect(fetched).toMatchObject({
      version: expect.stringMatching(/^\d/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(found)).toEqual(['usr/share/man/man1/hostname.1']);
    expect(roffToText(found['usr/share/man/man1/hostname.1'])).toMatch(/^NAME\n\nhostname - show or set/);
  });

  it('are refused when they do not exist, when they are too large, and when no file matches', async () => {
    await expect(fetchInto({ kind: 'deb', package: 'no-such-package-here' })).rejects.toMatchObject({
      code: 'source.unreachable',
      params: { location: 'deb:no-such-package-here' },
    });
    await expect(fetchInto(hostname, { ...limits, maxBytes: 1000 })).rejects.toMatchObject({
      code: 'source.oversized',
    });
    await expect(filesOf(hostname, ['usr/share/nothing/**'])).rejects.toMatchObject({
      code: 'source.nothing-matched',
    });
  });
});

describe('npm packages', () => {
  it('are fetched by the npm client, and paths begin inside the package', async () => {
    const { fetched, found } = await filesOf({ kind: 'npm', package: 'ms', version: '2.1.3' }, [
      '*.md',
      '*.js',
    ]);
    expect(fetched.version).toBe('2.1.3');
    expect(Object.keys(found).sort()).toEqual(['index.js', 'license.md', 'readme.md']);
  });

  it('are refused when the version does not exist', async () => {
    await expect(fetchInto({ kind: 'npm', package: 'ms', version: '99.0.0' })).rejects.toMatchObject({
      code: 'source.unreachable',
      params: { location: 'npm:ms@99.0.0' },
    });
  });
});
