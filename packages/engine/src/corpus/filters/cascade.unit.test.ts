import type { FilterRule, Language } from '@tsudoi/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorpusDocument } from '../document.ts';
import { compileCascade } from './cascade.ts';
import { CLASS, KATAKANA, scanOf } from './character-classes.ts';
import type { Edit, Filter } from './filter.ts';
import { identifyLanguage } from './language-id.ts';
import { lz4Size } from './lz4-size.ts';
import { isCard, isMyNumber, maskPii } from './pii.ts';
import { filterPresets } from './presets.ts';
import { trainQualityModel } from './quality-model.ts';
import { filters } from './registry.ts';
import { countTogether, WordList } from './word-list.ts';
import { NO_WORDS, wordList } from './word-lists.ts';
import { duplicateNgramShare, topNgramShare } from './word-ngrams.ts';

const document = (text: string, language: Language = 'ja', url?: string): CorpusDocument => ({
  text,
  meta: { id: '0', sourceId: 's', path: 'p', language, format: 'text', package: 'k', version: '1', url },
});
const SENTENCE = 'この文章は、前処理の段を試すために書かれたもので、句点と仮名を普通に含みます。';
const GOOD = `${SENTENCE}二つ目の文では、話題を変えて天気のことを述べてみます。\n三つ目の段落です。読みやすさも大切です。
${SENTENCE}これは、前の文章とは別の話題を述べる文章です。`;

describe('a cascade', () => {
  it('has the same outcome and trace as its filters run one by one, for any rules and any text', () => {
    const rule = fc.constantFrom(...Object.values(filterPresets).flat());
    const piece = fc.constantFrom(
      '日本語です。',
      'かな',
      'カナ',
      'word ',
      'the and ',
      '\n',
      '\n\n',
      '090-1234-5678',
      'a@b.jp',
      'https://x.jp/',
      '激安',
      '#',
      '… ',
      'x'.repeat(120),
      '{',
      '9',
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 8 }),
        text,
        fc.constantFrom<Language>('ja', 'en', 'code'),
        (rules, content, language) => {
          const { document: last, failure } = compileCascade(rules).run(document(content, language));
          let current = document(content, language);
          let expected: { index: number; value: number } | null = null;
          for (const [index, { filter, params, list }] of rules.entries()) {
            const step = filters[filter] as Filter & Edit;
            if (!step.languages.includes(language)) continue;
            const merged = { ...step.params, ...params };
            if (step.measure) {
              const resources = { list: list ? (wordList(list) ?? NO_WORDS) : NO_WORDS, model: null };
              const value = step.measure(current, merged, resources);
              if (value < (params.min ?? -Infinity) || value > (params.max ?? Infinity)) {
                expected = { index, value };
                break;
              }
            } else {
              const next = step.edit(current, merged).text;
              if (next === '' && current.text !== '') {
                expected = { index, value: 0 };
                break;
              }
              current = { ...current, text: next };
            }
          }
          expect(failure && { index: failure.index, value: failure.verdict.value }).toEqual(expected);
          if (!expected) expect(last.text).toBe(current.text);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of v1 normal keeps prose, and names domain, language, words, sentences and compression in turn', () => {
    const failed = (text: string, url?: string) => {
      const { failure } = compileCascade(filterPresets['v1-normal'] as FilterRule[]).run(
        document(text, 'ja', url),
      );
      const rule = failure && (filterPresets['v1-normal'] as FilterRule[])[failure.index];
      return rule && [rule.filter, rule.list].filter(Boolean).join(' ');
    };
    expect(failed(GOOD, 'https://www.example.jp/a')).toBeNull();
    expect(failed(GOOD, 'https://www.example.ru/a')).toBe('url-domain');
    expect(failed(GOOD, 'https://ja.wikipedia.org/wiki/A')).toBe('url-domain');
    expect(failed(`${'漢字'.repeat(25)}。${GOOD}`)).toBe('ja-kana-position');
    expect(failed('no Japanese at all')).toBe('ja-kana-position');
    expect(failed(`${GOOD}${'送料無料、'.repeat(11)}`)).toBe('ng-words ads-ja');
    expect(failed(`${'あ'.repeat(251)}。`)).toBe('ja-kuten-interval');
    expect(failed(`${'あ'.repeat(240)}。`)).toBe('zlib-ratio');
  });

  it('edits what it keeps: lines without kana, URLs and long ASCII go, personal data become tags', () => {
    const long = `${GOOD}\nENGLISH ONLY LINE\n連絡は090-1234-5678か${'https://x.jp/a?b=c'}まで。\n設定は${'x='.repeat(60)}です。`;
    const { document: kept, edits } = compileCascade(filterPresets['v1-normal'] as FilterRule[]).run(
      document(long),
    );
    expect(kept.text).toBe(`${GOOD}\n連絡は[PHONE]かまで。\n設定はです。`);
    expect(edits.map(({ changes, counts }) => [changes, counts])).toEqual([
      [1, {}],
      [2, {}],
      [1, { PHONE: 1 }],
    ]);
  });

  it('is refused when a list or the model of a rule is not there, and says which lists are empty', () => {
    const refused = (rule: FilterRule) => () => compileCascade([rule]);
    expect(refused({ filter: 'ng-words', params: { max: 3 }, list: 'x' })).toThrow(
      expect.objectContaining({ code: 'recipe.invalid' }),
    );
    expect(refused({ filter: 'ng-words', params: { max: 3 } })).toThrow(
      expect.objectContaining({ code: 'recipe.invalid' }),
    );
    expect(refused({ filter: 'length', params: { max: 3 }, list: 'ads-ja' })).toThrow(
      expect.objectContaining({ code: 'recipe.invalid' }),
    );
    expect(refused({ filter: 'perplexity', params: { max: 3 } })).toThrow(
      expect.objectContaining({ code: 'recipe.invalid' }),
    );
    expect(compileCascade(filterPresets['v1-normal'] as FilterRule[]).emptyLists).toEqual([
      'discrimination-ja',
      'violence-ja',
    ]);
    const lists = { 'violence-ja': ['禁句'] };
    const cascade = compileCascade(filterPresets['v1-normal'] as FilterRule[], { lists });
    expect(cascade.run(document(`${GOOD}${'禁句。'.repeat(4)}`)).failure).toMatchObject({
      index: 5,
      verdict: { value: 4 },
    });
  });
});

describe('a word list', () => {
  it('finds what looking for every word at every place finds, leftmost and longest', () => {
    const letters = fc.constantFrom('あ', 'い', '猫', 'ア', 'イ', 'a', 'B', ' ');
    const word = fc.array(letters, { minLength: 1, maxLength: 3 }).map((all) => all.join(''));
    const text = fc.array(letters, { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), text, (words, content) => {
        expect(new WordList(words).count(content)).toEqual(naive(words, content));
      }),
    );
  });

  it('counts the same when several lists go over a text together, also more than fit in one pass', () => {
    const letters = fc.constantFrom('あ', '猫', 'ア', 'a', 'B', ' ');
    const word = fc.array(letters, { minLength: 1, maxLength: 3 }).map((all) => all.join(''));
    const text = fc.array(letters, { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 11 }),
        text,
        text,
        (all, one, other) => {
          const lists = all.map((words) => new WordList(words));
          const counters = countTogether(lists);
          for (const content of [one, other, one])
            for (const list of lists)
              expect(counters.get(list)?.count(content) ?? { hits: 0, types: 0 }).toEqual(
                list.count(content),
              );
        },
      ),
    );
  });

  it('does not find katakana inside longer katakana, nor letters inside a longer word', () => {
    const list = new WordList(['エロ', 'ass']);
    expect(list.count('ピエロ エロ本 class ASS').hits).toBe(2);
  });
});

function naive(words: string[], text: string) {
  const lower = text.toLowerCase();
  const all = [...new Set(words.map((word) => word.toLowerCase().trim()).filter(Boolean))].sort(
    (a, b) => b.length - a.length,
  );
  const isKana = (at: number) => ((CLASS[text.charCodeAt(at)] ?? 0) & KATAKANA) !== 0;
  const isLetter = (at: number) => /[a-z0-9]/i.test(text[at] ?? '');
  const found: string[] = [];
  for (let i = 0; i < text.length; ) {
    const word = all.find((each) => {
      const end = i + each.length;
      if (!lower.startsWith(each, i)) return false;
      if (/^[ァ-ヿ]+$/.test(each)) return !(isKana(i - 1) || isKana(end));
      return !(isLetter(i) && isLetter(i - 1)) && !(isLetter(end - 1) && isLetter(end));
    });
    if (word) found.push(word);
    i += word?.length ?? 1;
  }
  return { hits: found.length, types: new Set(found).size };
}

describe('personal data', () => {
  it('becomes tags: e-mail, telephone, address, card with Luhn, My Number with check digit', () => {
    const cases: [string, string][] = [
      ['連絡先 taro.yamada@example.co.jp まで', '連絡先 [EMAIL] まで'],
      ['電話は03-1234-5678、携帯は090-1234-5678です', '電話は[PHONE]、携帯は[PHONE]です'],
      ['０３－１２３４－５６７８', '[PHONE]'],
      ['06(6123)4567 と 09012345678 と +81 90 1234 5678', '[PHONE] と [PHONE] と [PHONE]'],
      ['〒100-0001 東京都千代田区千代田1番1号にて', '[ADDRESS]にて'],
      ['大阪府大阪市北区中之島１丁目３－２０です', '[ADDRESS]です'],
      ['カード 4111 1111 1111 1111 と 378282246310005', 'カード [CARD] と [CARD]'],
      ['番号 1234 5678 9018', '番号 [MYNUMBER]'],
    ];
    for (const [text, masked] of cases) expect(maskPii(text).text).toBe(masked);
    expect(maskPii('a@b.jp 03-1234-5678 c@d.com').counts).toEqual({ EMAIL: 2, PHONE: 1 });
  });

  it('is not seen in dates, versions, prices, ISBNs, wrong check digits and plain place names', () => {
    for (const text of [
      '2023-07-20',
      '1.2.3-4567',
      '0123456',
      '¥1,234,567',
      'ISBN978-4-00-310101-8',
      '4111 1111 1111 1112',
      '123456789012',
      '東京都の人口',
      'foo@bar',
      '0-9',
      '10-20-30',
      '192.168.10.20',
      '00-1-2',
    ])
      expect(maskPii(text).text).toBe(text);
  });

  it('is found whether or not the text around makes the quick looks pass', () => {
    const piece = fc.constantFrom(
      ...'0123456789',
      '０',
      '-',
      'ー',
      ' ',
      '\n',
      '(',
      ')',
      '+81',
      '@',
      'a.b',
      '〒',
      '東京都港区',
      '1番',
      'かな',
      '090',
      '4111',
      '1111',
    );
    const tail = '\n終わり c@d.jp と 090-1234-5678 と 東京都千代田区千代田1番1号';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = `${pieces.join('')}。`;
        const digits = text.match(/[0-9０-９]/g)?.length ?? 0;
        const withTail = maskPii(text + tail).text;
        // An address in a text with fewer than four digits is none; with the tail there are enough.
        if (digits >= 4) expect(withTail.startsWith(maskPii(text).text)).toBe(true);
        expect(withTail.endsWith('と [PHONE] と [ADDRESS]')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('has check digits that no single wrong digit passes', () => {
    expect(isMyNumber('123456789018') && isCard('5555555555554444')).toBe(true);
    for (let i = 0; i < 16; i++) {
      const wrong = [...'5555555555554444'];
      wrong[i] = `${(Number(wrong[i]) + 1) % 10}`;
      expect(isCard(wrong.join(''))).toBe(false);
    }
  });

  it('is looked for in time in proportion to the text, also when it was made to hurt', () => {
    const start = performance.now();
    for (const bomb of ['a.', 'a@', '0', '1-', '東京都市', '東京都あ', '〒1', '(0', '1234 '])
      maskPii(bomb.repeat(40_000));
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('measures', () => {
  it('scan the classes of a text as regular expressions do', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('あ', 'ア', '漢', '1', '１', '。', ' ', '　', '\n', 'a', '@', '😀'),
        }),
        (text) => {
          const count = (expression: RegExp) => text.match(expression)?.length ?? 0;
          expect(scanOf(text)).toMatchObject({
            hiragana: count(/[ぁ-ゖゝ-ゟ]/g),
            katakana: count(/[ァ-ヺー-ヿ]/g),
            visible: text.length - count(/\s/g),
          });
        },
      ),
    );
  });

  it('tell repeated n-grams of words as Gopher does', () => {
    expect(topNgramShare('a bb a bb cc', 2)).toBeCloseTo(6 / 8, 12);
    expect(topNgramShare('a b c', 2)).toBe(0);
    expect(duplicateNgramShare('a b c d e x a b c d e', 5)).toBeCloseTo(5 / 11, 12);
    expect(duplicateNgramShare('a b c d e f', 5)).toBe(0);
  });

  it('give the size of LZ4 blocks as the format has it', () => {
    expect(lz4Size(Buffer.from('abc'))).toBe(4);
    // 1 literal, a match to 5 before the end, 5 literals: token, literal, offset, 255s of the length; token and 5 literals.
    expect(lz4Size(Buffer.alloc(1000, 97))).toBe(1 + 1 + 2 + 1 + Math.floor((1000 - 6 - 4 - 15) / 255) + 6);
  });

  it('find usual text more probable than noise', () => {
    const model = trainQualityModel([GOOD, SENTENCE.repeat(3)]);
    expect(model.perplexity('この文章は、書かれたものです。', 100)).toBeLessThan(
      model.perplexity('鬱蒼魑魅魍魎齟齬', 100) / 10,
    );
    const cascade = compileCascade([{ filter: 'perplexity', params: { max: 50 } }], { model });
    expect(cascade.run(document(GOOD)).failure).toBeNull();
    expect(cascade.run(document('齟齬 xq zv 魑魅')).failure).not.toBeNull();
  });

  it('tell languages by their scripts, and the rest by n-grams', () => {
    expect(identifyLanguage(GOOD)).toBe('ja');
    expect(identifyLanguage('这是一个简单的中文句子，用来测试语言识别。')).toBe('zh');
    expect(identifyLanguage('이것은 한국어 문장입니다.')).toBe('ko');
    expect(identifyLanguage('This is an ordinary sentence of English prose.')).toBe('en');
    expect(identifyLanguage('Dies ist ein gewöhnlicher deutscher Satz.')).toBe('de');
    expect(identifyLanguage('12345 ---')).toBe('');
  });
});
