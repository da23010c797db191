import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest, ReleaseDetail } from '@tsudoi/schema';
import { describe, expect, test } from 'vitest';
import { type ReleaseFacts, releaseDocuments } from './documents.ts';

const files = { 'model.bin': 'weights', 'sub/tokenizer.json': '{}' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const credit = (displayName: string, statements: string[] = []) => ({
  person: { personId: '018f-id', displayName },
  ...{ rules: { 'source-accepted': 2, 'job-done': 1 }, statements },
});
const facts = (release: Partial<ReleaseDetail> = {}): ReleaseFacts => ({
  release: {
    ...{ slug: 'tiny', version: '1.0', notesJa: '最初の版', notesEn: '', credits: [], creditsHash: null },
    ...release,
  } as ReleaseDetail,
  manifest: {
    files: Object.entries(files).map(([path, text]) => ({ path, sha256: sha256(text), size: text.length })),
    licence: {
      expressions: ['CC-BY-SA-4.0', 'MIT', 'MIT AND BSD-2-Clause', 'GPL-2.0-only OR MIT'],
      rights: { train: true, search: true, redistribute: true },
      obligations: [{ rule: 'share-alike', licence: 'CC-BY-SA-4.0' }],
      refusals: [],
    },
  } as unknown as Manifest,
  sources: [
    { id: 's', kind: 'source', title: '出典|一', titleEn: 'One', licence: 'MIT', state: 'in-corpus' },
  ],
  apiUrl: 'https://hub.example/api/releases/1',
});
const written = (name: string, of = facts()) => releaseDocuments[name]!(of);

describe('CREDITS', () => {
  test('says in both languages what each person did, under the name they have now', () => {
    const text = written('CREDITS.md', facts({ credits: [credit('彩', ['Wrote the *guideline*'])] }));
    expect(text).toContain(
      '- **彩** (`018f-id`): 出典の提案 / proposed a source: 2; 計算の提供 / lent a machine: 1',
    );
    expect(text).toContain('\n  - Wrote the \\*guideline\\*\n');
  });
  test('keeps the work of somebody who was erased, without a name', () => {
    expect(written('CREDITS.md', facts({ credits: [credit('')] }))).toContain(
      '- **消去された参加者 / erased person** (`018f-id`)',
    );
  });
  test('lets no name write into the document', () => {
    const text = written('CREDITS.md', facts({ credits: [credit('a**\n# b <script>')] }));
    expect(text).not.toMatch(/^# b/m);
    expect(text).toContain('- **a\\*\\* \\# b \\<script\\>** (`018f-id`)');
  });
});

test('LICENCES rolls up rights, obligations and the licence of every source', () => {
  const text = written('LICENCES.md');
  expect(text).toContain('SPDX: `CC-BY-SA-4.0 AND MIT AND BSD-2-Clause AND (GPL-2.0-only OR MIT)`');
  expect(text).toContain('- 再配布 / redistribute: yes');
  expect(text).toMatch(/^- CC-BY-SA-4\.0: .*同じライセンス.*same licence/m);
  expect(text).toContain('| 出典\\|一 / One | MIT |');
});

test('the notes of a language that has none say so instead of being empty', () => {
  expect(written('NOTES.ja.md')).toBe('# tiny 1.0\n\n最初の版\n');
  expect(written('NOTES.en.md')).toBe('# tiny 1.0\n\n-\n');
});

test('SHA256SUMS is what sha256sum checks against, and download.sh is a script that a shell reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsudoi-release-'));
  try {
    writeFileSync(join(folder, 'model.bin'), files['model.bin']);
    writeFileSync(join(folder, 'SHA256SUMS'), written('SHA256SUMS').split('\n')[0]!.concat('\n'));
    const told = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(told).toBe('model.bin: OK\n');
    writeFileSync(join(folder, 'download.sh'), written('download.sh'));
    execFileSync('sh', ['-n', 'download.sh'], { cwd: folder });
    expect(readFileSync(join(folder, 'download.sh'), 'utf8')).toContain(
      "url='https://hub.example/api/releases/1'",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
