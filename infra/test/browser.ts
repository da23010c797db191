import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function hubUrl(): string {
  const url = process.env.TEST_HUB_URL;
  if (!url) throw new Error('TEST_HUB_URL must name a running hub in which the demo was played');
  return url;
}

/** The system's Chromium, without talking to anybody but the hub. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: flags });
}

/** Somebody at a browser of their own, signed in as a local persona; null: not signed in. */
export async function visitor(
  browser: Browser,
  locale: 'ja' | 'en',
  persona: string | null,
): Promise<{ context: BrowserContext; page: Page; broken: string[] }> {
  const context = await browser.newContext({
    ...{ locale, baseURL: hubUrl(), viewport: { width: 1280, height: 900 } },
    reducedMotion: 'reduce', // half way through a change of colour nothing has its contrast
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(String(error)));
  page.on('console', (message) => {
    // A refusal is an expected answer, which browsers report all the same.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) broken.push(message.text());
  });
  if (persona) {
    await page.goto('/sign-in');
    await page.getByRole('button', { name: new RegExp(persona) }).click();
    await page.waitForURL((url) => url.pathname === '/');
  }
  return { context, page, broken };
}

/** Several people, each at a browser of their own, which is opened when they first appear. */
export function cast<Who extends string>(
  browser: () => Browser,
  locale: 'ja' | 'en',
  people: Record<Who, string | null>,
): { as(who: Who): Promise<Page>; broken(): string[]; leave(): Promise<void> } {
  const here = new Map<Who, Awaited<ReturnType<typeof visitor>>>();
  return {
    async as(who) {
      const known = here.get(who) ?? (await visitor(browser(), locale, people[who]));
      here.set(who, known);
      return known.page;
    },
    broken: () => [...here.values()].flatMap(({ broken }) => broken),
    async leave() {
      for (const { context } of here.values()) await context.close();
    },
  };
}

export async function seen(locator: Locator, timeout = 20_000): Promise<void> {
  await locator.first().waitFor({ state: 'visible', timeout });
}

/** No serious violation of WCAG 2.2 AA that axe can find. */
export async function accessible(page: Page): Promise<void> {
  await expect.poll(() => page.title()).not.toBe(''); // it comes last when a page is rendered anew
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** At the width of a telephone a page scrolls down and never sideways. */
export async function fitsTelephone(page: Page, paths: string[]): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of paths) {
    await page.goto(path);
    const wide = await page.evaluate<boolean>(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    expect([path, wide]).toEqual([path, false]);
  }
}
