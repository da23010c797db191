import { deflateSync } from 'node:zlib';
import { firstKana, scanOf } from './character-classes.ts';
import type { Edit, Filter } from './filter.ts';
import { keepKanaLines, removeUrlsAndAscii } from './japanese-edits.ts';
import { identifyLanguage } from './language-id.ts';
import { lz4Size } from './lz4-size.ts';
import { countMatches, nonEmptyLines, share } from './measures.ts';
import { maskPii } from './pii.ts';

const ALL = ['ja', 'en', 'code'] as const;
const PROSE = ['ja', 'en'] as const;
const JA = ['ja'] as const;

/** The value of what a text does not have at all; JSON has no infinity. */
const NOWHERE = 1e9;
const TLDS = /\.(?:biz|cc|com|info|jp|me|net|org|site|tokyo|tv|work|xyz)$/;
const BBS = /名無し|レスを投稿|ID:[\w+/]{8,9}|^\d{1,4}\s*[:：.]|>>\d{1,4}/gm;

/** Filters and edits of Japanese web pages: LLM-jp corpus v1, Uzushio, HojiChar. */
export const webSteps: Record<string, Filter | Edit> = {
  'url-domain': {
    origin:
      'LLM-jp corpus v1 HasValidUrlDomain: 1 for a host in one of 13 top-level domains that is not ja.wikipedia.org; 1 without a URL',
    languages: PROSE,
    measure: ({ meta }) => {
      if (!meta.url) return 1;
      const host = URL.parse(meta.url)?.hostname ?? '';
      return TLDS.test(host) && host !== 'ja.wikipedia.org' ? 1 : 0;
    },
  },
  language: {
    origin:
      'Script rules, then ELD, over the first 500 characters: 1 where the language is the one the source named',
    languages: PROSE,
    measure: ({ text, meta }) => (identifyLanguage(text) === meta.language ? 1 : 0),
  },
  'ja-kana-position': {
    origin: 'HojiChar AcceptJapanese: offset of the first kana; within the first 50 characters is at most 49',
    languages: JA,
    measure: ({ text }) => {
      const at = firstKana(text);
      return at < 0 ? NOWHERE : at;
    },
  },
  'ja-kuten-interval': {
    origin:
      'LLM-jp corpus v1: mean characters per 。, at most 250 (strict 80); HojiChar DiscardRareKuten 100; without any 。 it is 1e9',
    languages: JA,
    measure: ({ text }) => {
      let kuten = 0;
      for (let at = text.indexOf('。'); at >= 0; at = text.indexOf('。', at + 1)) kuten += 1;
      return kuten === 0 ? NOWHERE : text.length / kuten;
    },
  },
  'zlib-ratio': {
    origin: 'LLM-jp corpus v1: zlib level 9 over the whole text, 0.30 to 0.70 (strict from 0.375)',
    languages: PROSE,
    measure: ({ text }) => {
      const bytes = Buffer.from(text);
      return share(deflateSync(bytes, DEFLATE).length, bytes.length);
    },
  },
  'lz4-ratio': {
    origin: 'Uzushio CompressionRate: LZ4 size over size, 0.40 to 0.75, then 0.50 to 0.75',
    languages: PROSE,
    measure: ({ text }) => {
      const bytes = Buffer.from(text);
      return share(lz4Size(bytes), bytes.length);
    },
  },
  'ng-words': {
    origin:
      'LLM-jp corpus v1 IsNotEthical, IsNotAdContent: places of a list in the text, adult 3 (strict 2), ads 10',
    languages: ALL,
    list: true,
    measure: ({ text }, _, { list }) => list.count(text).hits,
  },
  'ng-word-types': {
    origin: 'Uzushio WordTypes: different words of a list, 9 and later 6 drop a document',
    languages: ALL,
    list: true,
    measure: ({ text }, _, { list }) => list.count(text).types,
  },
  'hiragana-share': {
    origin: 'Uzushio HiraganaRatio: hiragana over visible characters, 0.10 and more, then 0.15',
    languages: JA,
    measure: ({ text }) => {
      const { hiragana, visible } = scanOf(text);
      return share(hiragana, visible);
    },
  },
  'bbs-marks': {
    origin: 'HojiChar DiscardBBSComments: marks of bulletin boards, at most 14; the marks are our own',
    languages: JA,
    measure: ({ text }) => countMatches(text, BBS),
  },
  'ellipsis-line-share': {
    origin: 'HojiChar TooManyEndingEllipsis: lines that end in … or ..., at most 0.7',
    languages: PROSE,
    measure: ({ text }) => {
      const lines = nonEmptyLines(text);
      return share(lines.filter((line) => /(?:\.\.\.|…)\s*$/.test(line)).length, lines.length);
    },
  },
  'short-line-share': {
    origin: 'HojiChar TooShortLines: lines of at most `length` characters, at most 0.5',
    languages: PROSE,
    params: { length: 10 },
    measure: ({ text }, { length = 10 }) => {
      const lines = nonEmptyLines(text);
      return share(lines.filter((line) => line.trim().length <= length).length, lines.length);
    },
  },
  perplexity: {
    origin:
      'Perplexity per character of a byte 5-gram model trained here; the bound depends on its texts and is found in the preview',
    languages: PROSE,
    params: { characters: 2000 },
    model: true,
    measure: ({ text }, { characters = 2000 }, { model }) => model?.perplexity(text, characters) ?? 0,
  },
  'edit-kana-lines': {
    origin: 'LLM-jp corpus v1: only lines that hold kana are kept',
    languages: JA,
    edit: ({ text }) => keepKanaLines(text),
  },
  'edit-urls-ascii': {
    origin: 'LLM-jp corpus v1 RemoveUrl, RemoveCode: URLs and runs of 100 and more ASCII characters go',
    languages: JA,
    params: { length: 100 },
    edit: ({ text }, { length = 100 }) => removeUrlsAndAscii(text, length),
  },
  'edit-mask-pii': {
    origin:
      'After HojiChar MaskPersonalInformation: e-mail, telephone, address, card and My Number become tags',
    languages: ALL,
    edit: ({ text }) => {
      const { text: masked, counts } = maskPii(text);
      return { text: masked, changes: Object.values(counts).reduce((sum, count) => sum + count, 0), counts };
    },
  },
};

const DEFLATE = { level: 9 };
