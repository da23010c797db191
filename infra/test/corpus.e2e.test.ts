import { createHash, randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, launch, seen, visitor } from './browser.ts';

/** A lead gives a run's corpus files of their own: word lists, good text, test sets. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(['ja', 'en'] as const)('files for the corpus of a run in %s', (locale) => {
  const { runCorpus: w } = { ja, en }[locale];
  const mark = randomUUID().slice(0, 8);
  let me: Awaited<ReturnType<typeof visitor>>;
  let page: Page;
  beforeAll(async () => {
    me = await visitor(browser, locale, 'Maria Lindqvist');
    page = me.page;
  });
  afterAll(() => me?.context.close());

  /** Chooses a file and waits until the hub has it; its SHA-256. */
  async function upload(label: string, name: string, text: string): Promise<string> {
    const buffer = Buffer.from(text);
    await page.getByLabel(label, { exact: true }).setInputFiles({ name, mimeType: 'text/plain', buffer });
    await seen(page.getByText(w.uploaded.replace('{name}', name)));
    return createHash('sha256').update(buffer).digest('hex');
  }

  test('are received, can be taken back, and stand in the card by their hashes', async () => {
    await page.goto('/runs/new');
    await page.getByText(w.title, { exact: true }).click();
    await page.getByLabel(w.preset, { exact: true }).selectOption('v1-normal');
    const words = await upload(w.list.replace('{name}', 'ads-ja'), 'words.txt', `${mark}\n`);
    const quality = await upload(w.quality, 'good.txt', `よい文の例です。${mark}\n`.repeat(20));
    const item = { set: 'quiz', id: mark, language: 'ja', query: `問い ${mark}`, label: '答え' };
    await upload(w.sets, 'wrong.jsonl', `${JSON.stringify({ ...item, id: 'wrong' })}\n`);
    const set = await upload(w.sets, 'quiz.jsonl', `${JSON.stringify(item)}\n`);
    await page.getByRole('button', { name: w.removeFile.replace('{name}', 'wrong.jsonl') }).click();
    await accessible(page);

    await page.getByRole('button', { name: w.put, exact: true }).click();
    await seen(page.getByRole('status').getByText(w.isPut));
    const card = JSON.parse(await page.locator('#card').inputValue());
    expect(card.corpus.filter.lists['ads-ja']).toMatchObject({ sha256: words, fileName: 'words.txt' });
    expect(card.corpus.filter.quality.sha256).toBe(quality);
    expect(card.corpus.decontaminate.sets.map(({ sha256 }: { sha256: string }) => sha256)).toEqual([set]);
    expect(me.broken).toEqual([]);
  });
});
