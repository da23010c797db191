import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { htmlToText } from '../../../../packages/engine/src/corpus/readers/html.ts';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { cpuSeconds } from '../corpus/cpu.ts';
import { debFiles } from '../corpus/deb-files.ts';
import { type LabelledPage, labelledPages } from '../corpus/labelled-pages.ts';
import { READABILITY, readability } from '../corpus/readability.ts';
import { meanScore, type Score, wordScore } from '../corpus/word-score.ts';

export const bench: Bench = {
  about: 'main text of HTML pages: F-score on labelled pages, and pages a second of one core',
  async *cases({ quick, progress }: BenchOptions) {
    progress('fetching the labelled pages');
    const pages = await labelledPages();
    const peer = await readability();
    yield quality(
      'labelled pages',
      pages.filter(({ heldOut }) => !heldOut),
      peer,
    );
    yield quality(
      'labelled pages that were never looked at while the extractor was made',
      pages.filter(({ heldOut }) => heldOut),
      peer,
    );
    yield speed(`labelled pages, mean ${meanKb(pages)} kB`, pages, quick);
    const manual = await manualPages(quick ? 60 : 180);
    yield speed(`Japanese manual pages, mean ${meanKb(manual)} kB`, manual, quick);
    yield against(
      pages.filter((_, i) => i % (quick ? 8 : 3) === 0),
      peer,
    );
  },
};

const meanKb = (pages: { html: string }[]) =>
  Math.round(pages.reduce((sum, { html }) => sum + html.length, 0) / pages.length / 1000);

/** Both sides are deterministic, so each is scored once and the score given again. */
function quality(name: string, pages: LabelledPage[], peer: (html: string) => Promise<string>): BenchCase {
  let ours: Score | undefined;
  let theirs: Score | undefined;
  const words = ({ precision, recall }: Score) =>
    `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
  return {
    case: `F1 over words, mean of ${pages.length} ${name}`,
    peer: READABILITY,
    unit: 'F1',
    better: 'more',
    ours: () => {
      ours ??= meanScore(pages.map(({ html, main }) => wordScore(htmlToText(html), main)));
      return ours.f1;
    },
    theirs: async () => {
      if (!theirs) {
        const scores: Score[] = [];
        for (const { html, main } of pages) scores.push(wordScore(await peer(html), main));
        theirs = meanScore(scores);
      }
      return theirs.f1;
    },
    verify: () => pages.every(({ main }) => wordScore(main, main).f1 === 1 && wordScore('', main).f1 === 0),
    must: 1,
    aim: 1.03,
    note: () => (ours && theirs ? `ours: ${words(ours)}; theirs: ${words(theirs)}` : ''),
  };
}

function speed(name: string, pages: { html: string }[], quick: boolean): BenchCase {
  const rounds = Math.max(1, Math.round((quick ? 100 : 400) / pages.length));
  let characters = 0;
  return {
    case: name,
    peer: null,
    unit: 'pages/s',
    better: 'more',
    ours: () => {
      characters = 0;
      const seconds = cpuSeconds(() => {
        for (let round = 0; round < rounds; round++)
          for (const { html } of pages) characters += htmlToText(html).length;
      });
      return (rounds * pages.length) / seconds;
    },
    // The right thing: the same text every time, and some for nearly every page.
    verify: () => {
      const texts = pages.map(({ html }) => htmlToText(html));
      const length = texts.reduce((sum, text) => sum + text.length, 0);
      return (
        length * rounds === characters && texts.filter((text) => text.length > 50).length > 0.9 * pages.length
      );
    },
    must: 300,
    aim: 800,
    note: `${(pages.reduce((sum, { html }) => sum + Buffer.byteLength(html), 0) / pages.length / 1e6).toFixed(3)} MB of HTML a page`,
  };
}

function against(pages: LabelledPage[], peer: (html: string) => Promise<string>): BenchCase {
  return {
    case: `the same ${pages.length} labelled pages`,
    peer: READABILITY,
    unit: 'pages/s',
    better: 'more',
    ours: () => {
      const seconds = cpuSeconds(() => {
        for (let round = 0; round < 5; round++) for (const { html } of pages) htmlToText(html);
      });
      return (5 * pages.length) / seconds;
    },
    theirs: async () => {
      const before = process.cpuUsage();
      for (const { html } of pages) await peer(html);
      return pages.length / (process.cpuUsage(before).user / 1e6);
    },
    // Both read the same main parts: on most of these pages each has most of the labelled words.
    verify: async () => {
      let good = 0;
      for (const { html, main } of pages)
        if (wordScore(htmlToText(html), main).recall > 0.5 && wordScore(await peer(html), main).recall > 0.5)
          good += 1;
      return good > 0.7 * pages.length;
    },
  };
}

async function manualPages(count: number): Promise<{ html: string }[]> {
  const folder = join(await debFiles('gimp-help-ja'), 'usr/share/gimp/2.0/help/ja');
  const files = globSync('*.html', { cwd: folder }).sort();
  const step = Math.max(1, Math.floor(files.length / count));
  return files
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map((file) => ({ html: readFileSync(join(folder, file), 'utf8') }));
}
