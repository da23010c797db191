import { Readable } from 'node:stream';
import type { Manifest } from '@tsudoi/schema';
import { expect, test, vi } from 'vitest';
import { evaluationSamples } from './evaluation-samples.ts';

let stored = '';
vi.mock('../hub.ts', () => ({
  objectStore: () => ({ get: async () => Readable.from([Buffer.from(stored)]) }),
}));

const manifest = {
  files: [{ path: 'report.json', sha256: 'a'.repeat(64), size: 100, mediaType: 'application/json' }],
  licence: { rights: { redistribute: true } },
} as unknown as Manifest;

test('the texts of an evaluation are shown; a report that a worker wrote in another way shows none', async () => {
  const samples = [{ prompt: 'こん', text: 'にちは' }];
  stored = JSON.stringify({ samples });
  expect(await evaluationSamples(manifest)).toEqual(samples);
  for (const other of ['{"samples": [', '', 'null', '{"samples": [{}]}']) {
    stored = other;
    expect(await evaluationSamples(manifest)).toEqual([]);
  }
});
