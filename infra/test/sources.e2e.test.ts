import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, cast, fitsTelephone, launch, seen } from './browser.ts';

/** A source from its proposal over wanted changes to its withdrawal, with everything that was made from it. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const people = { proposer: '佐藤 美咲', first: '田中 健', second: 'Maria Lindqvist' };

describe.each(['ja', 'en'] as const)('the life of a source in %s', (locale) => {
  const words = { ja, en }[locale];
  const { source: w, propose: p } = words;
  const mark = randomUUID().slice(0, 8);
  const title = `Withdrawn ${mark}`;
  let path = '';

  const stage = cast(() => browser, locale, people);
  afterAll(stage.leave);
  async function as(who: keyof typeof people): Promise<Page> {
    const page = await stage.as(who);
    if (path) await page.goto(path);
    return page;
  }

  async function review(page: Page, verdict: keyof typeof words.verdict, comment: string): Promise<void> {
    await page.getByRole('radio', { name: words.verdict[verdict], exact: true }).check();
    await page.getByLabel(w.comment, { exact: true }).fill(comment);
    await page.getByRole('button', { name: w.send }).click();
    await seen(page.getByRole('status').getByText(w.sent));
  }

  test('somebody proposes a file of their own', async () => {
    const page = await as('proposer');
    await page.goto('/sources/new');
    await page.getByLabel(p.titleJa).fill(title);
    await page.getByLabel(p.titleEn).fill(`${title} (English)`);
    await page.getByRole('combobox', { name: p.licence }).fill('CC0-1.0');
    await page.keyboard.press('Escape');
    await page.getByLabel(p.evidence).fill('https://example.org/licence');
    await page.getByLabel(p.location, { exact: true }).selectOption('upload');
    const text = `集いの試験のための文章です。${mark}。`.repeat(40);
    const file = { name: 'text.txt', mimeType: 'text/plain', buffer: Buffer.from(text) };
    await page.getByLabel(p.file, { exact: true }).setInputFiles(file);
    await seen(page.getByText(/text\.txt/));
    await page.getByRole('button', { name: p.submit, exact: true }).click();
    await page.waitForURL(/\/sources\/[0-9a-f-]{36}$/);
    path = new URL(page.url()).pathname;
  });

  test('a reviewer wants changes; the proposer reads what, revises, and a new round begins', async () => {
    await review(await as('first'), 'changes', 'Say who wrote it.');
    const page = await as('proposer');
    const wanted = page.getByRole('region', { name: w.changesWanted });
    await seen(wanted.getByText('Say who wrote it.'));
    await accessible(page);
    await wanted.getByRole('link', { name: w.revise }).click();
    await page.waitForURL(/\/revise$/);
    await seen(page.getByText('Say who wrote it.'));
    expect(await page.getByLabel(p.titleJa).inputValue()).toBe(title);
    await page.getByLabel(p.description).fill('Written by the people of this test.');
    await accessible(page);
    await page.reload(); // a draft survives
    expect(await page.getByLabel(p.description).inputValue()).toContain('Written by');
    await page.getByRole('button', { name: words.revise.submit }).click();
    await page.waitForURL((url) => url.pathname === path);
    await seen(page.getByText(words.sourceState['under-review']));
    await seen(page.getByText('Written by the people of this test.'));
    await page.goto(`${path}/revise`);
    await seen(page.getByText(words.revise.notNow));
  });

  test('somebody else cannot revise it, and adds evidence of the licence', async () => {
    const late = Promise.withResolvers<void>();
    const reader = await as('first');
    await reader.route('**/api/stream*', (route) => late.promise.then(() => route.continue()));
    await reader.goto(path);
    const page = await as('second');
    await page.goto(`${path}/revise`);
    await seen(page.getByText(words.revise.notYours));
    await page.goto(path);
    await page.getByRole('button', { name: w.evidenceAdd }).click();
    await page.getByLabel(w.evidenceUrl, { exact: true }).fill('no address');
    await page.getByRole('button', { name: w.evidenceSend, exact: true }).click();
    await seen(page.locator('#added-url-error:not(:empty)'));
    await accessible(page);
    await page.getByLabel(w.evidenceUrl, { exact: true }).fill('https://example.org/deed');
    await page.getByLabel(w.evidenceNote, { exact: true }).fill('The deed says CC0.');
    await page.getByRole('button', { name: w.evidenceSend, exact: true }).click();
    await seen(page.getByText('The deed says CC0.'));
    // A reader whose stream opens only now is told what happened since the page was rendered.
    expect(await reader.getByText('The deed says CC0.').count()).toBe(0);
    late.resolve();
    await seen(reader.getByText('The deed says CC0.'));
    await reader.unroute('**/api/stream*');
  });

  test('two others accept it, and a worker makes an artifact of it', async () => {
    await review(await as('first'), 'accept', 'OK');
    await review(await as('second'), 'accept', 'OK');
    const page = await as('second');
    await seen(page.getByRole('region', { name: w.artifacts }).getByRole('link'), 120_000);
    await accessible(page);
  });

  test('withdrawing shows all that was made from it before anything happens, and afterwards', async () => {
    const page = await as('proposer');
    await page.getByRole('button', { name: w.withdraw, exact: true }).click();
    const question = page.getByRole('dialog', { name: w.withdrawTitle });
    await seen(question.getByText(w.descendantsBefore));
    const concerned = question.getByRole('region', { name: w.descendants }).getByRole('link');
    const before = await concerned.allInnerTexts();
    expect(before.length).toBeGreaterThan(0);
    await accessible(page);
    await page.keyboard.press('Escape'); // nothing has happened yet
    await question.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: w.withdraw, exact: true }).click();
    await question.getByRole('button', { name: w.withdrawConfirm, exact: true }).click();
    await seen(question.locator('#withdraw-reason-error:not(:empty)')); // a reason is needed
    await question.getByLabel(w.reason, { exact: true }).fill('The rights holder asked.');
    await question.getByRole('button', { name: w.withdrawConfirm, exact: true }).click();
    await seen(page.getByText(w.withdrawnNotice));
    await seen(page.getByText('The rights holder asked.'));
    const listed = page.locator('#descendants').getByRole('link');
    expect(await listed.allInnerTexts()).toEqual(expect.arrayContaining(before));
    await accessible(page);
    await fitsTelephone(page, [path]);
  });

  test('what was made from it says so in the list, and is no longer offered to the preview of filters', async () => {
    const page = await as('proposer');
    const made = page.locator('#descendants').locator('a[href^="/artifacts/"]').first();
    const id = (await made.getAttribute('href'))!.split('/').at(-1)!;
    await page.goto(`/artifacts?q=${id}`);
    await seen(page.getByRole('row').getByText(words.artifacts.withdrawn));
    await page.goto('/filters');
    const offered = page.getByLabel(words.filterPreview.sample, { exact: true }).locator('option');
    const ids = await offered.evaluateAll((options) => options.map((option) => option.getAttribute('value')));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).not.toContain(id);
  });

  test('the list finds it by its title, and says so when nothing fits', async () => {
    const page = await stage.as('proposer');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto('/sources');
    await page.getByRole('searchbox', { name: words.sources.searchLabel }).fill(mark);
    await page.getByRole('button', { name: words.list.search }).click();
    await page.waitForURL(/[?&]q=/);
    await seen(page.getByRole('row').filter({ hasText: title }).getByText(words.sourceState.withdrawn));
    expect(await page.getByRole('table').getByRole('link').count()).toBe(1);
    await page.goto('/sources?q=nothing-is-called-so');
    await seen(page.getByText(words.list.notFound.replace('{text}', 'nothing-is-called-so')));
    await accessible(page);
  });

  test('nothing broke in the browser on the way', () => {
    expect(stage.broken()).toEqual([]);
  });
});
