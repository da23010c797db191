import type { Language } from '@tsudoi/schema';
import { describe, expect, it } from 'vitest';
import { type CorpusDocument, documentId } from '../document.ts';
import { createDecontaminator, type TestItem } from './decontaminate.ts';

const document = (text: string, language: Language): CorpusDocument => ({
  text,
  meta: {
    id: documentId(text),
    sourceId: 's',
    path: 'p',
    language,
    format: 'text',
    package: 'k',
    version: '1',
  },
});
const settings = { words: 6, characters: 12 };
const question: TestItem = {
  ...{ set: 'quiz', id: 'q1', language: 'ja' },
  query: '日本で一番高い山の名前は何でしょうか。',
  label: '富士山であり、標高は三千七百七十六メートルです。',
};
const english: TestItem = {
  ...{ set: 'safety', id: 'e1', language: 'en' },
  query: 'Please tell me how to open a locked door without any key at hand',
  label: '',
};

describe('decontamination', () => {
  it('finds a test item inside a document, whatever the punctuation, case and digits', () => {
    const check = createDecontaminator([question, english], settings);
    const leak = '前書き。「富士山であり標高は三千七百七十六メートルです」と答える。後書き。';
    expect(check.check(document(leak, 'ja'))).toEqual({ set: 'quiz', itemId: 'q1' });
    expect(check.check(document('He said: TELL ME HOW TO OPEN, a locked door!', 'en'))).toEqual({
      set: 'safety',
      itemId: 'e1',
    });
  });

  it('does not remove a document for the question alone, but does where the question runs into the answer', () => {
    const check = createDecontaminator([question], settings);
    expect(check.check(document(question.query, 'ja'))).toBeNull();
    expect(check.check(document(`${question.query.slice(-9)}富士山であり`, 'ja'))).not.toBeNull();
  });

  it('leaves text that shares less than one n-gram alone', () => {
    const check = createDecontaminator([question, english], settings);
    expect(check.check(document('富士山であり、標高は知らない。', 'ja'))).toBeNull();
    expect(check.check(document('tell me how to do it', 'en'))).toBeNull();
  });

  it('reports how many items of each set were met and how many are too short to be found', () => {
    const short: TestItem = { set: 'quiz', id: 'q2', language: 'ja', query: '一足す一は', label: '二' };
    const check = createDecontaminator([question, short, english], settings);
    check.check(document(question.label, 'ja'));
    check.check(document(question.label, 'ja'));
    check.check(document('何も関係のない文書がここにあります。', 'ja'));
    expect(check.report()).toEqual({
      documents: 3,
      removed: 2,
      sets: [
        { set: 'quiz', items: 2, tooShort: 1, contaminated: 1, itemIds: ['q1'] },
        { set: 'safety', items: 1, tooShort: 0, contaminated: 0, itemIds: [] },
      ],
    });
  });

  it('finds every planted item among thousands, and nothing in clean text', () => {
    const words = (seed: number, count: number) =>
      Array.from(
        { length: count },
        (_, i) => `w${(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(i + 7, 0x85ebca6b)) >>> 0}`,
      )
        .join(' ')
        .replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]);
    const items = Array.from(
      { length: 3000 },
      (_, i): TestItem => ({
        ...{ set: 'many', id: `${i}`, language: 'en', query: words(i, 20), label: '' },
      }),
    );
    const check = createDecontaminator(items, settings);
    for (const item of items.slice(0, 500)) {
      const text = `${words(9_000_000 + Number(item.id), 30)} ${item.query.split(' ').slice(5, 14).join(' ')}`;
      expect(check.check(document(text, 'en'))?.itemId).toBe(item.id);
    }
    for (let i = 0; i < 500; i++) expect(check.check(document(words(5_000_000 + i, 60), 'en'))).toBeNull();
  });
});
