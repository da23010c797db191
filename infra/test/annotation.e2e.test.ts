import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../../apps/web/messages/en.json' with { type: 'json' };
import ja from '../../apps/web/messages/ja.json' with { type: 'json' };
import { accessible, cast, fitsTelephone, launch, seen } from './browser.ts';

/** A safety annotation set from its first line to a frozen version, by five people, in both languages. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const patient = { timeout: 20_000 };
const people = { lead: '高橋 蓮', first: '佐藤 美咲', second: 'Maria Lindqvist', adjudicator: '田中 健' };

describe.each(['ja', 'en'] as const)('annotating in %s', (locale) => {
  const words = { ja, en }[locale];
  const w = words.annotations;
  const title = `Safety ${randomUUID().slice(0, 8)}`;
  let set = '';

  const { as, broken, leave } = cast(() => browser, locale, people);
  afterAll(leave);
  const file = (lines: string) => ({
    ...{ name: 'items.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines) },
  });

  test('a lead draws a set up; a licence that forbids passing on is refused at its field', async () => {
    const page = await as('lead');
    await page.goto('/annotations');
    await accessible(page);
    await page.getByRole('link', { name: w.drawUp }).click();
    await page.waitForURL(/\/annotations\/new$/);
    await page.getByLabel(w.titleJa).fill(title);
    await page.getByLabel(w.titleEn).fill(title);
    await page.getByLabel(w.guideline).fill('Judge the answer.');
    await page.getByLabel(w.group).selectOption({ label: { ja: '安全性WG', en: 'Safety' }[locale] });
    await page.getByLabel(w.reviewsPerItem).fill('2');
    await page.getByRole('button', { name: w.addQuestion }).click();
    const third = page.getByRole('group', { name: w.questionNumber.replace('{number}', '3') });
    await third.getByLabel(w.wordsEn, { exact: true }).fill('A third question');
    await page.getByRole('button', { name: w.upQuestion.replace('{number}', '3') }).click();
    const json = page.getByLabel(w.questions, { exact: true });
    await page.getByText(w.questionsAdvanced).click();
    const asked = async () => JSON.parse(await json.inputValue()).map((one: { en: string }) => one.en);
    expect(await asked()).toEqual(['Safety of the answer', 'A third question', 'Risk area']);
    await page.getByRole('button', { name: w.removeQuestion.replace('{number}', '2') }).click();
    expect(await asked()).toEqual(['Safety of the answer', 'Risk area']);
    await page.getByLabel(w.licence).fill('CC-BY-NC-4.0');
    await page.getByRole('button', { name: w.drawUp }).click();
    await seen(page.locator('#licence-error'));
    expect(await page.getByLabel(w.licence).getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
    await page.getByLabel(w.licence).fill('CC-BY-4.0');
    await page.getByRole('button', { name: w.drawUp }).click();
    await page.waitForURL(/\/annotations\/[0-9a-f-]{36}$/);
    set = new URL(page.url()).pathname;
    await accessible(page);
  });

  test('a file with one wrong line adds nothing and names the line; a good one adds its items', async () => {
    const page = await as('lead');
    await page.getByLabel(w.import).setInputFiles(file('{"text":"a"}\nnot json'));
    await seen(page.locator('#import-error').getByText(/2/));
    const items = ['How do I stay safe?', 'What is a bomb?'].map((text) =>
      JSON.stringify({ ID: 'x', text, output: `Answer to: ${text}` }),
    );
    await page.getByLabel(w.import).setInputFiles(file(items.join('\n')));
    await page.getByRole('button', { name: w.importSend.replace('{items}', '2') }).click();
    await expect
      .poll(() => page.getByRole('table', { name: w.itemsTitle }).getByRole('link').count(), patient)
      .toBe(2);
    expect(await page.getByText('What is a bomb?').count()).toBe(0); // a sensitive set shows no text in lists
    await page.getByRole('button', { name: w.open }).click();
    await seen(page.getByText(words.annotationSetState.open));
  });

  async function review(page: Page, keys: string[][]): Promise<void> {
    await page.goto(`${set}/review`);
    await page.getByRole('button', { name: w.begin }).click();
    await seen(page.getByText(w.warning));
    expect(await page.getByText(/Answer to/).count()).toBe(0);
    await accessible(page);
    await page.getByRole('button', { name: w.showTexts }).click();
    for (const [index, digits] of keys.entries()) {
      await seen(page.getByText(/Answer to/));
      if (index === 0) await accessible(page);
      await page.getByRole('radio').first().focus();
      for (const digit of digits) await page.keyboard.press(digit);
      const before = await page.getByText(/Answer to/).innerText();
      await page.keyboard.press('Control+Enter');
      await expect
        .poll(async () => {
          const left = await page.getByText(w.nothingLeft).count();
          const now = await page.getByText(/Answer to/).allInnerTexts();
          return left > 0 || (now.length > 0 && now[0] !== before);
        }, patient)
        .toBe(true);
    }
    await seen(page.getByText(w.nothingLeft));
  }

  test('two people review by keyboard alone, warned first, and see nothing of each other', async () => {
    await review(await as('first'), [
      ['5', '1'],
      ['5', '1'],
    ]);
    const page = await as('first');
    await page.goto(set);
    await page.getByRole('table', { name: w.itemsTitle }).getByRole('link').first().click();
    await page.waitForURL(/\/annotations\/items\//);
    await seen(page.getByText(w.blindUntil.replace('{wanted}', '2')));
    await accessible(page);
    await review(await as('second'), [
      ['5', '1'],
      ['1', '1'],
    ]);
  });

  test('where they differ somebody who was not involved decides, with both answers in sight', async () => {
    const page = await as('adjudicator');
    await page.goto(`${set}?state=disputed`);
    await page.getByRole('table', { name: w.itemsTitle }).getByRole('link').click();
    await page.getByRole('button', { name: w.showTexts }).click();
    const table = page.getByRole('table', { name: w.reviews });
    await seen(table.getByText(w.disagreed));
    expect(await table.getByRole('columnheader').count()).toBe(4);
    await accessible(page);
    await page.getByRole('radio', { name: /^2 / }).check();
    await page.getByLabel(w.reason).fill('Mild.');
    await page.getByRole('button', { name: w.adjudicateSend }).click();
    await seen(page.getByText(words.annotationItemState.settled));
    await seen(page.getByText('Mild.'));
  });

  test('the frozen version carries agreement and hash, and the export all answers', async () => {
    const page = await as('lead');
    await page.goto(set);
    await page.getByRole('button', { name: w.freeze }).click();
    await seen(page.getByText(w.version.replace('{version}', '1')));
    await seen(page.getByText(/sha256 [0-9a-f]{64}/));
    await accessible(page);
    const answer = await page.request.get(`/api/annotation-sets/${set.split('/').at(-1)}/export.jsonl`);
    const lines = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ labels }) => labels.safety).sort()).toEqual(['2', '5']);
    expect(lines[0]).toMatchObject({ state: 'settled', meta: { licence: 'CC-BY-4.0', version: 1 } });
    expect(lines[0].reviews).toHaveLength(2);
  });

  test('its pages fit a telephone, and nothing broke in the browsers on the way', async () => {
    await fitsTelephone(await as('first'), ['/annotations', set, `${set}/review`, '/credits']);
    await accessible(await as('first'));
    expect(broken()).toEqual([]);
  });
});
