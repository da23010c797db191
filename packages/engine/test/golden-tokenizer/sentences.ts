/** Text of our own in three languages, put together by a fixed rule: no corpus is needed to train a small tokenizer. */
const JA = {
  who: [
    '私たちは',
    '研究者は',
    '東京の学生は',
    'この計算機は',
    '参加者の一人が',
    'ワーキンググループは',
    '日本語の話者は',
    '先生と生徒が',
  ],
  what: [
    '新しい言語モデルを',
    '辞書とコーパスを',
    '約３億語の文章を',
    'トークナイザーの学習結果を',
    '重複した文書を',
    '評価データを',
    '図書館の資料を',
    'ﾊﾝｶｸの文字列を',
  ],
  how: [
    'ゆっくりと',
    '2026年11月に',
    '丁寧に',
    '公開された手順で',
    'みんなで',
    '「安全第一」で',
    '',
    '何度も',
  ],
  did: [
    '調べました。',
    '作成する。',
    '学習させた。',
    '読み直しています。',
    '捨ててはいけない。',
    '確認できるようになった。',
    '公開しました！',
    '比較すると差は小さい。',
  ],
};
const EN = {
  who: [
    'The hub',
    'A donor',
    'Every reviewer',
    'The working group',
    'Our planner',
    'One of the nodes',
    'Nobody',
    'The tokenizer',
  ],
  what: [
    'reads the corpus',
    'keeps the licence of each source',
    "doesn't lose a document",
    'trains 8192 pieces',
    'writes a checkpoint',
    'splits the held-out text',
    'counts tokens per language',
    're-estimates the scores',
  ],
  how: [
    'twice',
    'before the lease expires',
    'with  two spaces',
    'in 42 minutes',
    'on a machine without a GPU',
    'again and again',
    'as the card says',
    'from the first byte',
  ],
  did: [
    '.',
    ', and reports it.',
    ' (see the log).',
    '; then it stops.',
    '!',
    ' -- always.',
    '?',
    ' for 99.5% of the text.',
  ],
};
const CODE = {
  who: [
    'const ',
    '  return ',
    '    if (',
    'export function ',
    '\tlet ',
    '// why: ',
    'for (const x of ',
    '        await ',
  ],
  what: [
    'tokens',
    'readShard',
    'this.counts[i]',
    'lossCurve',
    'model_state',
    'batchSize',
    'UTF8_BYTES',
    'seen.get(key)',
  ],
  how: [' = ', '(', ' === ', '.map((piece) => ', ': Record<string, ', ' ?? ', ' + 0x1F ', '['],
  did: [' 0);', ']) {', 'null;', '});', '"ja" };', '// 日本語の注釈', ' }', ' 1_000);'],
};

/** Entry of a list for line `index`; every part changes at its own pace, so that lines do not repeat soon. */
function pick(list: string[], index: number, pace: number): string {
  return list[Math.floor(index / pace + index * 0.37) % list.length];
}

export function japanese(i: number): string {
  return pick(JA.who, i, 1) + pick(JA.how, i, 3) + pick(JA.what, i, 7) + pick(JA.did, i, 11);
}

export function english(i: number): string {
  return `${pick(EN.who, i, 1)} ${pick(EN.what, i, 3)} ${pick(EN.how, i, 7)}${pick(EN.did, i, 11)}`;
}

export function code(i: number): string {
  return pick(CODE.who, i, 1) + pick(CODE.what, i, 3) + pick(CODE.how, i, 7) + pick(CODE.did, i, 11);
}

export const trainingTexts = (): string[] =>
  Array.from({ length: 400 }, (_, i) => [japanese(i), english(i), code(i)].join('\n'));

/** Lines that are easy to get wrong; without a literal U+2581, which the other libraries take for a space. */
export const AWKWARD = [
  ' ',
  '  ',
  ' 先頭の空白',
  '末尾の空白 ',
  'a  b   c    d',
  `${' '.repeat(100)}x`,
  '\t\ttab\ttab',
  '\u0000\u0001',
  'é e\u0301 か\u3099',
  '👩‍👩‍👧‍👦 family',
  '🇯🇵🏳️‍🌈',
  '𠮷野家で𩸽を食べる',
  'ｱｲｳｴｵ ＡＢＣ １２３',
  '\uFEFFmark',
  '<0x41> <0x0A>',
  'ﷺ',
  '0123456789',
  '٣٤ ๑๒',
  '한국어 문장',
  'Привет, мир',
  'مرحبا',
  'ααααα',
  'aaaaaaaaaaaaaaaaaaaaaaaa',
  '――――――――――',
  '。。。。。。。',
  '\r',
  '\u2028',
  '~'.repeat(300),
];

export const goldenLines = (): string[] => [
  ...Array.from({ length: 110 }, (_, i) => [japanese(i * 5 + 2), english(i * 5 + 3), code(i * 5 + 1)]).flat(),
  ...AWKWARD,
];
