import type { Bilingual } from './described.ts';

export type Locale = 'ja' | 'en';
export const locales: readonly Locale[] = ['ja', 'en'];

/** Fixed phrases of the card and the plots. */
const phrases = {
  sources: { ja: '出典', en: 'Sources' },
  source: { ja: '出典', en: 'Source' },
  licence: { ja: 'ライセンス', en: 'Licence' },
  licences: { ja: 'ライセンスの内訳', en: 'Licences' },
  language: { ja: '言語', en: 'Language' },
  languages: { ja: '言語', en: 'Languages' },
  documents: { ja: '文書', en: 'Documents' },
  characters: { ja: '文字', en: 'Characters' },
  bytes: { ja: 'バイト (UTF-8)', en: 'Bytes (UTF-8)' },
  total: { ja: '合計', en: 'Total' },
  statistics: { ja: '統計', en: 'Statistics' },
  lengths: { ja: '文書の長さ (文字数)', en: 'Document length (characters)' },
  bytesByLanguage: { ja: '言語ごとの量 (バイト)', en: 'Size by language (bytes)' },
  perplexity: { ja: '文字あたりのパープレキシティ', en: 'Perplexity per character' },
  removed: { ja: '除いた文書の数と理由', en: 'Documents removed, by reason' },
  clusters: { ja: '重複クラスタの大きさ', en: 'Size of duplicate clusters' },
  pipeline: { ja: '作り方', en: 'How it was made' },
  stage: { ja: '工程', en: 'Stage' },
  before: { ja: '前', en: 'Before' },
  after: { ja: '後', en: 'After' },
  left: { ja: '除いた数', en: 'Removed' },
  reason: { ja: '理由', en: 'Reason' },
  bounds: { ja: '境界', en: 'Bounds' },
  changed: { ja: '書き換えた文書', en: 'Documents changed' },
  uses: { ja: '使ってよい用途', en: 'What it may be used for' },
  train: { ja: '学習', en: 'training' },
  search: { ja: '検索', en: 'search' },
  redistribute: { ja: '再配布', en: 'redistribution' },
  yes: { ja: '可', en: 'yes' },
  no: { ja: '不可', en: 'no' },
  obligations: { ja: '守ること', en: 'Obligations' },
  refusals: { ja: '妨げている規則', en: 'Rules that stand against it' },
  attribution: { ja: '表示', en: 'Attribution' },
  files: { ja: 'ファイル', en: 'Files' },
  percentiles: {
    ja: 'パープレキシティの 5・25・50・75・95 パーセンタイル',
    en: 'Perplexity at the 5th, 25th, 50th, 75th and 95th percentile',
  },
  perplexityLead: {
    ja: '標本の半分で学習したバイト5-gramモデルに、残り半分を尋ねた値です。文書どうしがどれほど似た文かを示し、良し悪しは示しません。',
    en: 'A byte 5-gram model trained on one half of a sample was asked about the other half. It tells how usual documents are to each other, and not how good they are.',
  },
  version: { ja: '版', en: 'Version' },
  formatLead: {
    ja: '文書は JSONL (gzip) で、各行は `text` と `meta` を持ちます。`meta.id` は本文の SHA-256 の先頭16桁です。',
    en: 'Documents are JSONL (gzip); each line has `text` and `meta`. `meta.id` is the first 16 hex digits of the SHA-256 of the text.',
  },
  noticeLead: {
    ja: '出典ごとの表示は NOTICE に、機械で読めるライセンスの記録は licences.spdx.json に、ライセンスの本文は LICENSES/ にあります。',
    en: 'The attribution of each source is in NOTICE, the machine-readable record of licences in licences.spdx.json, the texts of the licences in LICENSES/.',
  },
  ingest: { ja: '取り込み', en: 'Ingest' },
  filter: { ja: 'フィルタ', en: 'Filter' },
  paragraphs: { ja: '段落の重複除去', en: 'Paragraph repetition' },
  dedup: { ja: '重複除去', en: 'Deduplication' },
  decontaminate: { ja: '評価データの除去', en: 'Decontamination' },
  none: { ja: 'なし', en: 'none' },
} satisfies Record<string, Bilingual>;

export type Phrase = keyof typeof phrases;

export const wordsOf = (locale: Locale) => (phrase: Phrase) => phrases[phrase][locale];

const languageNames: Record<string, Bilingual> = {
  ja: { ja: '日本語', en: 'Japanese' },
  en: { ja: '英語', en: 'English' },
  code: { ja: 'コード', en: 'Code' },
};

export const languageName = (language: string, locale: Locale) =>
  languageNames[language]?.[locale] ?? language;

/** Digits in groups of three, the same on every machine. */
export const grouped = (value: number) => `${value}`.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
