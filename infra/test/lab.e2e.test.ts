import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * The lab trains in a real browser through WebGPU on SwiftShader, in both languages. Needs a running hub
 * (TEST_HUB_URL; an empty one will do) and the system's Chromium.
 */
const hubUrl = process.env.TEST_HUB_URL ?? '';
const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const flags = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const words = {
  ja: {
    title: 'このブラウザでモデルを学習する',
    text: '学習する文章',
    start: '始める',
    pause: '一時停止',
    resume: '続ける',
    reset: '最初に戻す',
    running: '学習しています。',
    curve: /^ステップ(\d+)の損失は一文字あたり([\d.]+)ナット。当てずっぽうなら([\d.]+)。$/,
    tooShort: /300文字以上が必要です/,
    software: /WebGPUをCPUで計算する/,
    missing: 'このブラウザにはWebGPUがありません',
  },
  en: {
    title: 'Train a model in this browser',
    text: 'Text to learn from',
    start: 'Start',
    pause: 'Pause',
    resume: 'Go on',
    reset: 'Reset',
    running: 'Learning.',
    curve: /^Loss ([\d.]+) nats per character at step (\d+); guessing has ([\d.]+)\.$/,
    tooShort: /at least 300 are needed/,
    software: /computes WebGPU on the CPU/,
    missing: 'This browser offers no WebGPU',
  },
} as const;
type Locale = keyof typeof words;

async function open(browser: Browser, locale: Locale): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale, baseURL: hubUrl, colorScheme: 'dark' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return { context, page };
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}

const launch = (args: readonly string[]) =>
  chromium.launch({ executablePath: chromiumPath, args: [...flags, ...args] });

describe.each(['ja', 'en'] as const)('the lab in %s', (locale) => {
  const w = words[locale];
  let browser: Browser;
  let page: Page;
  const broken: string[] = [];
  const sent: string[] = [];

  beforeAll(async () => {
    if (!hubUrl) throw new Error('TEST_HUB_URL must name a running hub');
    browser = await launch(webgpu);
    ({ page } = await open(browser, locale));
    page.on('pageerror', (error) => broken.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') broken.push(message.text());
    });
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`);
    });
  });
  afterAll(() => browser?.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const curve = async () => {
    const label = (await page.getByRole('img', { name: w.curve }).getAttribute('aria-label')) ?? '';
    const [, a, b] = w.curve.exec(label) ?? [];
    const [step, loss] = locale === 'ja' ? [a, b] : [b, a];
    return { step: Number(step), loss: Number(loss) };
  };
  /** The curve once it has come past a step. */
  async function curveAfter(step: number) {
    await expect
      .poll(async () => (await curve()).step, { timeout: 90_000, interval: 250 })
      .toBeGreaterThan(step);
    return curve();
  }

  test('refuses a text that is too short', async () => {
    await page.goto('/lab/train');
    await page.getByRole('heading', { level: 1, name: w.title }).waitFor();
    const text = page.getByLabel(w.text, { exact: true });
    const given = await text.inputValue();
    await text.fill('abc');
    await button(w.start).click();
    await page.getByText(w.tooShort).waitFor();
    await text.fill(`${given}\n`);
  });

  test('learns from the text: the loss falls, and the model writes', async () => {
    await button(w.start).click();
    await page.getByText(w.running, { exact: true }).waitFor();
    await page.getByText(w.software).waitFor();
    const early = await curveAfter(0);
    const later = await curveAfter(45);
    expect(later.loss).toBeLessThan(early.loss - 0.3);
    await page.getByTestId('samples').locator('li').first().waitFor();
    await expectAccessible(page);
  });

  test('pauses, goes on and is reset', async () => {
    await button(w.pause).click();
    await button(w.resume).waitFor();
    await button(w.resume).click();
    await curveAfter((await curve()).step + 3);
    await button(w.reset).click();
    expect(await page.getByTestId('samples').count()).toBe(0);
    await button(w.start).waitFor();
  });

  test('sends nothing anywhere and breaks nothing on the way', () => {
    expect(sent).toEqual([]);
    expect(broken).toEqual([]);
  });
});

describe('a browser without WebGPU', () => {
  test('says so in both languages, with what to do about it', async () => {
    const browser = await launch(['--disable-features=WebGPU', '--disable-gpu']);
    try {
      for (const locale of ['ja', 'en'] as const) {
        const { page, context } = await open(browser, locale);
        await page.goto('/lab/train');
        await page.getByRole('heading', { name: words[locale].missing }).waitFor();
        await expectAccessible(page);
        expect(await page.getByRole('button', { name: words[locale].start, exact: true }).count()).toBe(0);
        await context.close();
      }
    } finally {
      await browser.close();
    }
  });
});
