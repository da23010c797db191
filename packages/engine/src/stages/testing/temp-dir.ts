import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A fresh folder that is gone when the test file that imports this has ended. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tsudoi-stage-'));
  made.push(dir);
  return dir;
}
