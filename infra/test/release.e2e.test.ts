import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, cast, fitsTelephone, hubUrl, launch, seen } from './browser.ts';

/** The model of the demo goes out: drafted by one, assessed by another, approved by two more, fetched by anybody. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const people = {
  author: 'Maria Lindqvist',
  assessor: '田中 健',
  first: '高橋 蓮',
  second: '渡辺 彩',
  anybody: null,
};

describe.each(['ja', 'en'] as const)('releasing in %s', (locale) => {
  const words = { ja, en }[locale];
  const w = words.releases;
  const slug = `tiny-${randomUUID().slice(0, 8)}`;
  let release = '';

  const { as, broken, leave } = cast(() => browser, locale, people);
  afterAll(leave);
  const gate = (page: Page, name: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: new RegExp(`^${name}`) }) });

  test('a lead drafts it from the page of the model; nobody gets its files yet', async () => {
    const page = await as('author');
    await page.goto('/artifacts?kind=model');
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('link', { name: w.draft }).click();
    await page.waitForURL(/\/releases\/new/);
    await page.getByLabel(w.slug, { exact: true }).fill('not a slug');
    await page.getByRole('button', { name: w.draft }).click();
    await seen(page.locator('#slug-error'));
    await accessible(page);
    await page.getByLabel(w.slug, { exact: true }).fill(slug);
    await page.getByLabel(new RegExp(`^${w.notesJa.replace(/[()]/g, '\\$&')}`)).fill('最初の版です。');
    await page.getByLabel(new RegExp(`^${w.notesEn.replace(/[()]/g, '\\$&')}`)).fill('The first version.');
    await page.getByRole('button', { name: w.draft }).click();
    await page.waitForURL(/\/releases\/[0-9a-f-]{36}$/);
    release = new URL(page.url()).pathname;
    await seen(page.getByText(w.notOutYet));
    const early = await page.request.get(`/api${release}/files/config.json`);
    expect(early.status()).toBe(422);
    await accessible(page);
  });

  test('without a safety assessment the checks fail, and say why', async () => {
    const page = await as('author');
    await page.getByRole('button', { name: w.check }).click();
    const checks = gate(page, w.gateChecks);
    await seen(checks.getByText(w.gateFailed));
    await seen(checks.getByText(words.releaseCheck.safety));
    await seen(page.getByText(w.ownRelease));
    expect(await page.getByRole('button', { name: w.approve, exact: true }).count()).toBe(0);
  });

  test('somebody else assesses its safety by the evaluation; then the checks pass', async () => {
    const assessor = await as('assessor');
    await assessor.goto(release);
    await accessible(assessor);
    await assessor.getByLabel(w.statement).fill('Read the samples of the evaluation: nothing harmful.');
    await assessor.getByRole('button', { name: w.assess }).click();
    await seen(assessor.getByText(w.assessed));
    const author = await as('author');
    await author.reload();
    await author.getByRole('button', { name: w.check }).click();
    await seen(gate(author, w.gateChecks).getByText(w.gatePassed));
  });

  test('two leads other than its author approve, and one of them releases it', async () => {
    for (const who of ['first', 'second'] as const) {
      const page = await as(who);
      await page.goto(release);
      await page.getByRole('button', { name: w.approve, exact: true }).click();
      await seen(page.getByText(w.approveDone));
    }
    const page = await as('second');
    await page.getByRole('button', { name: w.publish, exact: true }).click();
    await seen(page.getByText(w.isOut));
    await seen(page.getByText(words.releaseState.released));
    await accessible(page);
  });

  test('anybody fetches every file with two lines of shell, and each byte is checked', async () => {
    const page = await as('anybody');
    await page.goto(release);
    const told = await page.getByRole('region', { name: w.getIt }).innerText();
    const lines = told.split('\n').filter((line) => /^(curl|sh) /.test(line));
    expect(lines).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), 'tsudoi-release-'));
    try {
      const output = execFileSync('sh', ['-ec', lines.join('\n')], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      });
      expect(output).toMatch(/model\.safetensors: OK/);
      const credits = readFileSync(join(folder, `${slug}-1.0`, 'CREDITS.md'), 'utf8');
      expect(credits).toContain('佐藤 美咲');
      const config = JSON.parse(readFileSync(join(folder, `${slug}-1.0`, 'config.json'), 'utf8'));
      expect(config.model_type).toBe('llama');
    } finally {
      rmSync(folder, { recursive: true });
    }
    await accessible(page);
  });

  test('whose work is in it leads from the release to each ledger and back', async () => {
    const page = await as('anybody');
    await page.getByRole('table', { name: w.creditsTitle }).getByRole('link', { name: '佐藤 美咲' }).click();
    await page.waitForURL(/\/credits\//);
    await seen(page.getByRole('table', { name: words.credits.releases }).getByRole('link', { name: slug }));
    await accessible(page);
    await page.goto('/credits');
    await accessible(page);
  });

  test('withdrawn, it gives out nothing any more and says why', async () => {
    const page = await as('second');
    await page.getByRole('button', { name: w.withdraw }).click();
    await page.getByLabel(w.reason).fill('A test of the way back.');
    await page.getByRole('dialog').getByRole('button', { name: w.withdraw }).click();
    await seen(page.locator('p', { hasText: 'A test of the way back.' }));
    const late = await page.request.get(`${hubUrl()}/api${release}/files/config.json`);
    expect(late.status()).toBe(422);
  });

  test('its pages fit a telephone, and nothing broke in the browsers on the way', async () => {
    await fitsTelephone(await as('anybody'), ['/releases', release, '/credits']);
    await accessible(await as('anybody'));
    expect(broken()).toEqual([]);
  });
});
