import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessible, fitsTelephone, launch, seen, visitor } from './browser.ts';

/**
 * One journey through the running portal, as three people walk it, in both languages. Needs a hub in which the demo
 * was played (TEST_HUB_URL) and the system's Chromium.
 */
const words = {
  ja: {
    other: 'English',
    personas: /このハブがこのマシンだけで待ち受けているあいだだけ/,
    titleJa: '日本語の題',
    titleEn: '英語の題',
    licence: /^ライセンス/,
    evidence: '根拠のURL',
    package: 'パッケージ名',
    submit: '提案する',
    unknownLicence: /SPDXライセンス表記ではありません/,
    preview: 'ライセンスの判定',
    open: 'この用途に使えます',
    underReview: '審査中',
    accept: '採択',
    comment: 'コメント',
    send: '審査を送る',
    sent: '審査を送りました',
    quorum: '1/2 人が採択',
    signOut: 'サインアウト',
    model: /^モデル/,
    lineage: /^系譜図/,
    download: /をダウンロード$/,
    completed: '完了',
    curves: '学習の記録',
    numbers: '数値で見る',
    tryIt: '試す',
    prompt: '書き出し',
    generate: '続きを書く',
    output: 'モデルの続き',
    done: /書き終えました/,
    openCorpus: 'コーパスを見る',
    removed: '除いた文書とその理由',
    query: '探す言葉',
    search: '検索',
    occurrences: /件の文書に.*か所あります/,
    threshold: /^この値以[上下]を残す/,
    preset: '規則の組',
  },
  en: {
    other: '日本語',
    personas: /only because this hub listens on this machine alone/,
    titleJa: 'Title in Japanese',
    titleEn: 'Title in English',
    licence: /^Licence/,
    evidence: 'Evidence URL',
    package: 'Package',
    submit: 'Propose',
    unknownLicence: /is not an SPDX licence expression/,
    preview: 'Licence verdict',
    open: 'It may be used for this',
    underReview: 'under review',
    accept: 'Accept',
    comment: 'Comment',
    send: 'Send the review',
    sent: 'Review sent',
    quorum: '1 of 2 accept',
    signOut: 'Sign out',
    model: /^Model/,
    lineage: /^Lineage:/,
    download: /^Download /,
    completed: 'completed',
    curves: 'Training curves',
    numbers: 'Show the numbers',
    tryIt: 'Try it',
    prompt: 'Prompt',
    generate: 'Generate',
    output: 'What the model wrote',
    done: /^Finished/,
    openCorpus: 'Look into the corpus',
    removed: 'What was removed and why',
    query: 'What to look for',
    search: 'Search',
    occurrences: /occurrences? in .* documents?/,
    threshold: /^Keep values of at (least|most)/,
    preset: 'Preset',
  },
} as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(['ja', 'en'] as const)('the portal in %s', (locale) => {
  const w = words[locale];
  const mark = randomUUID().slice(0, 8);
  const titles = { ja: `旅の出典 ${mark}`, en: `Source of a journey ${mark}` };
  let me: Awaited<ReturnType<typeof visitor>>;
  let page: Page;

  beforeAll(async () => {
    me = await visitor(browser, locale, null);
    page = me.page;
  });
  afterAll(() => me?.context.close());

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const field = (name: string | RegExp) => page.getByLabel(name, { exact: true }).first();

  async function signInAs(person: string): Promise<void> {
    await page.goto('/sign-in');
    await seen(page.getByText(w.personas));
    await button(new RegExp(person)).click();
    await page.waitForURL((url) => url.pathname === '/');
    await seen(page.getByRole('link', { name: person, exact: true }));
  }

  async function signOut(): Promise<void> {
    await page.goto('/people/me');
    await button(w.signOut).click();
    await page.waitForURL((url) => url.pathname === '/');
  }

  test('a reader may switch the language and gets the whole page in it', async () => {
    await page.goto('/');
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    await accessible(page);
    await button(w.other).click();
    await page.locator(`html[lang="${locale === 'ja' ? 'en' : 'ja'}"]`).waitFor();
    await button(locale === 'ja' ? '日本語' : 'English').click();
    await page.locator(`html[lang="${locale}"]`).waitFor();
  });

  test('a contributor proposes a source; an unknown licence is refused at its field and the draft survives', async () => {
    await signInAs('佐藤 美咲');
    await page.goto('/sources/new');
    await field(w.titleJa).fill(titles.ja);
    await field(w.titleEn).fill(titles.en);
    await page.getByRole('combobox', { name: w.licence }).fill('CC BY 4.0');
    await field(w.evidence).fill('https://example.org/licence');
    await field(w.package).fill('manpages-ja');
    await button(w.submit).click();
    const licence = page.getByRole('combobox', { name: w.licence });
    await seen(page.locator('#licence-error').getByText(w.unknownLicence));
    expect(await licence.getAttribute('aria-invalid')).toBe('true');
    await accessible(page);

    await page.reload();
    await expectValue(page, w.titleEn, titles.en);
    await page.getByRole('combobox', { name: w.licence }).fill('CC-BY-4.0');
    await page.keyboard.press('Escape');
    await seen(page.getByRole('region', { name: w.preview }).getByText(w.open).first());
    await button(w.submit).click();
    await page.waitForURL(/\/sources\/[0-9a-f-]{36}$/);
    await seen(page.getByRole('heading', { level: 1, name: titles[locale] }));
    await accessible(page);
    await signOut();
  });

  test('a reviewer finds it in the list and reviews it', async () => {
    await signInAs('田中 健');
    await page.goto('/sources?state=under-review');
    await accessible(page);
    await page.getByRole('link', { name: titles[locale] }).click();
    await seen(page.getByRole('heading', { level: 1, name: titles[locale] }));
    await page.getByRole('radio', { name: w.accept, exact: true }).check();
    await field(w.comment).fill('OK');
    await button(w.send).click();
    await seen(page.getByRole('status').getByText(w.sent));
    await seen(page.getByText(w.quorum).first());
    await page.goto('/sources');
    const row = page.getByRole('row').filter({ hasText: titles[locale] });
    await seen(row.getByText(w.underReview));
    await seen(row.getByText(w.quorum));
  });

  test('the model shows its lineage back to the sources, its files and its evaluation', async () => {
    await page.goto('/artifacts?kind=model');
    await accessible(page);
    await page.getByRole('table').getByRole('link').first().click();
    await page.waitForURL(/\/artifacts\/art_/);
    const lineage = page.getByRole('region', { name: w.lineage });
    await seen(lineage);
    expect(await lineage.locator('a[href^="/sources/"]').count()).toBeGreaterThan(0);
    await seen(page.getByText('model.safetensors'));
    expect(await button(w.download).count()).toBeGreaterThan(2);
    await seen(page.getByText('gzip -9').first());
    await accessible(page);
  });

  test('the run shows its loss curve, to the eye and as numbers', async () => {
    await page.goto('/runs');
    await accessible(page);
    const completed = page.getByRole('row').filter({ hasText: w.completed });
    await completed.getByRole('link').first().click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
    await page.locator('.uplot canvas').first().waitFor();
    await page.getByText(w.numbers).click();
    const rows = page.getByRole('region', { name: w.numbers }).getByRole('row');
    expect(await rows.count()).toBeGreaterThan(5);
    await accessible(page);
  });

  test('the page of a model shows how it learned and writes on from a prompt', async () => {
    await page.goto('/artifacts?kind=model');
    await page.getByRole('table').getByRole('link').first().click();
    await page.waitForURL(/\/artifacts\/art_/);
    await page.locator('.uplot canvas').first().waitFor(); // how it learned, above the box that runs it
    await field(w.prompt).fill('日本語の');
    await button(w.generate).click();
    await seen(page.getByRole('status').getByText(w.done), 120_000);
    const written = await page.getByTestId('generated').innerText();
    expect(written.length).toBeGreaterThan('日本語の'.length);
    await accessible(page);
    await page.getByRole('link', { name: w.tryIt }).click();
    await page.waitForURL(/\/playground\/art_/);
    await accessible(page);
  });

  test('the page of the corpus says what was removed and finds where a text stands', async () => {
    await page.goto('/artifacts?kind=corpus');
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('link', { name: w.openCorpus }).click();
    await page.waitForURL(/\/corpora\/art_/);
    await seen(page.getByRole('heading', { level: 2, name: w.removed }));
    await field(w.query).fill('環境変数');
    await page.getByRole('button', { name: w.search, exact: true }).click();
    await seen(page.getByText(w.occurrences));
    expect(await page.locator('mark', { hasText: '環境変数' }).count()).toBeGreaterThan(3);
    await accessible(page);
    const card = await page.request.get(
      page.url().replace('/corpora/', '/api/corpora/').concat('/croissant.json'),
    );
    expect(await card.json()).toMatchObject({ conformsTo: 'http://mlcommons.org/croissant/1.1' });
  });

  test('a threshold moved by keyboard changes what a filter keeps of a sample', async () => {
    await page.goto('/filters');
    await field(w.preset).selectOption('ja-docs');
    const counts = page.getByTestId('preview-counts');
    await seen(counts);
    const before = await counts.innerText();
    await page.getByLabel(w.threshold).focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => counts.innerText()).not.toBe(before);
    await accessible(page);
  });

  test("jobs, one job, its trace and one's own page are accessible too", async () => {
    await page.goto('/jobs');
    await accessible(page);
    await page.locator('a[href^="/jobs/"]:not([href="/jobs/list"])').first().click();
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
    await accessible(page);
    const trace = page.locator('a[href^="/traces/"]').first();
    await trace.click();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}$/);
    await accessible(page);
    await page.goto('/people/me');
    await accessible(page);
  });

  test('the portal works at the width of a telephone', async () => {
    await fitsTelephone(page, ['/', '/sources', '/jobs', '/runs']);
    await accessible(page);
  });

  test('nothing broke in the browser on the way', () => {
    expect(me.broken).toEqual([]);
  });
});

async function expectValue(page: Page, label: string, value: string): Promise<void> {
  await expect.poll(() => page.getByLabel(label, { exact: true }).inputValue()).toBe(value);
}
