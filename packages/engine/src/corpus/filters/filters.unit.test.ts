import type { FilterRule, Language } from '@tsudoi/schema';
import { describe, expect, it } from 'vitest';
import type { CorpusDocument } from '../document.ts';
import { compileCascade } from './cascade.ts';
import { applyFilter, type Filter } from './filter.ts';
import { japaneseOrigins } from './origins-ja.ts';
import { checkRules, filterNames, filterPresets } from './presets.ts';
import { filters } from './registry.ts';
import { repetitionShare } from './repetition.ts';
import { NO_WORDS } from './word-lists.ts';

const resources = { list: NO_WORDS, model: null };
const firstFailure = (of: CorpusDocument, rules: FilterRule[]) => compileCascade(rules).run(of).failure;

const document = (text: string, language: Language = 'ja'): CorpusDocument => ({
  text,
  meta: { id: '0', sourceId: 's', path: 'p', language, format: 'text', package: 'k', version: '1' },
});
/** Value and verdict of one filter with the bounds it has in `tsudoi-v1`. */
const judge = (name: string, text: string, language: Language = 'ja') => {
  const { params } = filterPresets['tsudoi-v1'].find(({ filter }) => filter === name)!;
  const { value, passed } = applyFilter(filters[name] as Filter, document(text, language), params, resources);
  return [Number(value.toFixed(4)), passed];
};

const JAPANESE = `このコマンドは、指定されたディレクトリの内容を一覧で表示します。引数を省略すると現在のディレクトリを対象にします。
隠しファイルは標準では表示されませんが、オプションを付けるとすべてのファイルを確認できます。
表示の順序は名前順が基本で、更新時刻や大きさの順に並べ替えることもできます。詳しくは関連項目を参照してください。
設定ファイルを編集した後は、サーバを再起動するまで変更が反映されないことに注意してください。
エラーが起きたときは、ログに残された記録を読み、原因となった行を探すとよいでしょう。`;
const ENGLISH = `The server reads its configuration when it starts, and it has to be told to read it again after every change.
Most of the settings that you will need are described in this chapter, together with the values which they may have.
If a setting is left out, the default is used; the reference lists the defaults of all modules in alphabetical order.
You can check the files for mistakes before the restart, which is a good habit to have on a busy machine.
Errors are written to the log, and the last lines of it usually say what was wrong and where to look for it.`;
const CODE = `import { readFile } from 'node:fs/promises';

export async function countLines(path) {
  const text = await readFile(path, 'utf8');
  return text.split('\\n').filter((line) => line.trim() !== '').length;
}

export function lastLine(text) {
  const lines = text.trimEnd().split('\\n');
  return lines[lines.length - 1];
}`;

describe('the preset tsudoi-v1', () => {
  it('keeps good documentation in both languages, and code', () => {
    for (const [text, language] of [
      [JAPANESE, 'ja'],
      [ENGLISH, 'en'],
      [CODE, 'code'],
    ] as const) {
      expect(firstFailure(document(text, language), filterPresets['tsudoi-v1'])).toBeNull();
    }
  });

  it('names the FIRST filter that a document fails', () => {
    const failed = (text: string, language: Language = 'ja') => {
      const failure = firstFailure(document(text, language), filterPresets['tsudoi-v1']);
      return failure && filterPresets['tsudoi-v1'][failure.index].filter;
    };
    expect(failed('短い。')).toBe('length');
    expect(failed(ENGLISH)).toBe('ja-hiragana-share');
    expect(failed(JAPANESE, 'en')).toBe('en-language');
    expect(
      failed(
        'Este documento descreve o uso de filtros no servidor e como eles são aplicados. '.repeat(2) +
          'O pedido passa por vários módulos antes de chegar ao fim, e cada um deles pode mudar a resposta.',
        'en',
      ),
    ).toBe('en-language');
    expect(failed(`${'同じ行が続きます。\n'.repeat(40)}`)).toBe('compression-ratio');
    expect(failed(`${JAPANESE}\n${'-'.repeat(201)}`)).toBe('longest-run');
    expect(failed(`${JAPANESE}\n\ufffd`)).toBe('debris-share');
    expect(failed(`x = "${'a1'.repeat(600)}"\n${CODE}`, 'code')).toBe('code-max-line-length');
  });

  it('is made of rules that exist, and so are all presets', () => {
    for (const rules of Object.values(filterPresets)) expect(() => checkRules(rules)).not.toThrow();
    const used = new Set(Object.values(filterPresets).flatMap((rules) => rules.map(({ filter }) => filter)));
    // Perplexity needs a model, so no preset may ask for it.
    expect([...used, 'perplexity'].sort()).toEqual(filterNames);
  });
});

describe('what a filter measures', () => {
  it('is said in English and in Japanese, with the same published numbers', () => {
    expect(Object.keys(japaneseOrigins).sort()).toEqual(Object.keys(filters).sort());
    // Counts below ten may be words in one language and figures in the other.
    const thresholds = (text = '') => [...new Set(text.match(/\d+\.\d+|\d{2,}/g))].sort();
    for (const [name, { origin }] of Object.entries(filters))
      expect([name, ...thresholds(japaneseOrigins[name])]).toEqual([name, ...thresholds(origin)]);
  });
});

describe('a rule', () => {
  it('keeps the bound itself and drops what is beyond it', () => {
    expect(judge('length', 'あ'.repeat(200))).toEqual([200, true]);
    expect(judge('length', 'あ'.repeat(199))).toEqual([199, false]);
    expect(judge('longest-run', '='.repeat(200))).toEqual([200, true]);
    expect(judge('longest-run', '='.repeat(201))).toEqual([201, false]);
    expect(judge('duplicate-line-share', 'abcd\nefgh\nijkl\nmnop\nabcd')).toEqual([0.2, true]);
    expect(judge('duplicate-line-share', 'abcd\nefgh\nijkl\nabcd')).toEqual([0.25, false]);
    expect(judge('special-character-share', 'abc漢かカ!!!!')).toEqual([0.4, true]);
    expect(judge('special-character-share', 'abc漢か!!!!')).toEqual([0.4444, false]);
    expect(judge('ja-kana-share', `か${'a'.repeat(4)}`)).toEqual([0.2, true]);
    expect(judge('ja-kana-share', `か${'a'.repeat(5)}`)).toEqual([0.1667, false]);
    expect(judge('ja-short-line-share', 'ああああああああああ\nいいいいいいいいいいい')).toEqual([0.5, true]);
    expect(judge('ja-mean-sentence-length', `${'あ'.repeat(250)}。${'い'.repeat(250)}`)).toEqual([250, true]);
    expect(judge('ja-mean-sentence-length', `${'あ'.repeat(252)}。${'い'.repeat(250)}`)).toEqual([
      251,
      false,
    ]);
    expect(judge('en-word-count', 'word '.repeat(50), 'en')).toEqual([50, true]);
    expect(judge('en-word-count', 'word '.repeat(49), 'en')).toEqual([49, false]);
    expect(judge('en-stop-words', 'The cat and the dog', 'en')).toEqual([2, true]);
    expect(judge('en-stop-words', 'The the THE', 'en')).toEqual([1, false]);
    expect(judge('en-symbol-word-ratio', `# ${'w '.repeat(9)}`, 'en')).toEqual([0.1, true]);
    expect(judge('en-bullet-line-share', '- a\n- b', 'en')).toEqual([1, false]);
    expect(judge('en-ellipsis-line-share', 'a…\nb...\nc\nd', 'en')).toEqual([0.5, false]);
    expect(judge('en-mean-word-length', 'ab cd', 'en')).toEqual([2, false]);
    expect(judge('en-alphabetic-word-share', 'a b c 1 2', 'en')).toEqual([0.6, true]);
    expect(judge('code-max-line-length', 'x'.repeat(1001), 'code')).toEqual([1001, false]);
    expect(judge('code-mean-line-length', `${'x'.repeat(150)}\n${'x'.repeat(50)}`, 'code')).toEqual([
      100,
      true,
    ]);
    expect(judge('code-alphanumeric-share', 'a...', 'code')).toEqual([0.25, true]);
    expect(judge('code-alphanumeric-share', 'a....', 'code')).toEqual([0.2, false]);
  });

  it('says which bound was broken', () => {
    const { measure, ...rest } = filters.length as Filter;
    const verdict = (length: number) =>
      applyFilter({ ...rest, measure }, document('x'.repeat(length)), { min: 2, max: 4 }, resources);
    expect([1, 3, 5].map((length) => [verdict(length).passed, verdict(length).threshold])).toEqual([
      [false, 2],
      [true, 4],
      [false, 4],
    ]);
  });

  it('looks at fenced code only where the rule is about all of the text', () => {
    const fenced = `${'日本語の説明です。'.repeat(3)}\n\`\`\`js\n${'const a = 1;\n'.repeat(20)}\`\`\`\n`;
    expect(judge('ja-kana-share', fenced)[1]).toBe(true);
  });

  it('of an unknown filter or parameter is refused before anything is read', () => {
    expect(() => checkRules([{ filter: 'toString', params: {} }])).toThrow(
      expect.objectContaining({ code: 'recipe.unknown-filter' }),
    );
    expect(() => checkRules([{ filter: 'length', params: { minimum: 1 } }])).toThrow(
      expect.objectContaining({
        code: 'recipe.invalid',
        params: { field: 'rules.0.params.minimum', problem: 'length: min, max' },
      }),
    );
  });
});

describe('character repetition', () => {
  it('counts as a plain map of n-grams does', () => {
    const text = 'ababababab 日本語日本語 xyz';
    const counts = new Map<string, number>();
    for (let i = 0; i + 3 <= text.length; i++)
      counts.set(text.slice(i, i + 3), (counts.get(text.slice(i, i + 3)) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const top = sorted.slice(0, Math.floor(Math.sqrt(sorted.length))).filter((count) => count > 1);
    expect(repetitionShare(text, 3)).toBeCloseTo(top.reduce((a, b) => a + b, 0) / (text.length - 2), 12);
  });
});
