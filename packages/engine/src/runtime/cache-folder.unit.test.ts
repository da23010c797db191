import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markUsed, prune, writeWhole } from './cache-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const named = (i: number, ending = 'so') => `${i}`.padStart(32, '0').concat('.', ending);
/** A file of 100 bytes that was used `seconds` ago. */
function file(name: string, seconds: number): string {
  const path = join(folder, name);
  writeWhole(path, 'x'.repeat(100));
  age(path, seconds);
  return path;
}
function age(path: string, seconds: number): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(path, at, at);
}
const left = () => readdirSync(folder).sort();

describe('a cache folder', () => {
  it('is left alone up to its limit', () => {
    for (let i = 0; i < 10; i++) file(named(i), 1000 + i);
    prune(folder, 1000);
    expect(left()).toHaveLength(10);
  });

  it('loses what was used longest ago, objects and programs alike, down to three quarters', () => {
    for (let i = 0; i < 11; i++) file(named(i, i % 2 ? 'so' : 'json'), 2000 - i);
    expect(markUsed(join(folder, named(0, 'json')))).toBe(true);
    prune(folder, 1000);
    expect(left()).toEqual([0, 5, 6, 7, 8, 9, 10].map((i) => named(i, i % 2 ? 'so' : 'json')));
  });

  it('keeps what some process has just found, whatever the limit', () => {
    file(named(1), 5000);
    const found = file(named(2), 5000);
    expect(markUsed(found)).toBe(true);
    prune(folder, 10);
    expect(left()).toEqual([named(2)]);
    expect(markUsed(join(folder, named(1)))).toBe(false);
  });

  it('is rid of what processes left half made, and of nothing that is not its own', () => {
    for (const [name, seconds] of [
      ['build-old', 9999],
      ['build-new', 10],
      ['cuda', 9999],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), '');
      age(join(folder, name), seconds);
    }
    file(`${named(1, 'json')}.8a0b`, 9999);
    file('notes.txt', 99_999);
    prune(folder, 0);
    expect(left()).toEqual(['build-new', 'cuda', 'notes.txt']);
  });
});
