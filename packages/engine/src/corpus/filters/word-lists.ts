import { createRequire } from 'node:module';
import { WordList } from './word-list.ts';

// naughty-words (CC-BY-4.0, Shutterstock's list, the one C4 used) is CommonJS over JSON.
const naughty = createRequire(import.meta.url)('naughty-words') as Record<string, string[]>;

/** Left out of the Japanese list, as datatrove does: everyday words. */
const EVERYDAY = new Set(['sm', 'グロ', '女の子']);

/** Words of advertising as they stand on Japanese shop and affiliate pages; written for this project. */
const ADS_JA =
  `送料無料 期間限定 今すぐ購入 お買い得 激安 最安値 格安 割引 ポイント還元 クーポン 無料登録 会員登録 資料請求 無料体験
お問い合わせはこちら 詳細はこちら 公式サイトはこちら ご購入はこちら お申し込みはこちら 在庫あり 即日発送 キャンペーン実施中 カートに入れる
買い物かご 税込価格 代引き 副業 稼げる 高収入 即金 出会い 当選 懸賞 PR広告 スポンサーリンク アフィリエイト`.split(
    /\s+/,
  );

/**
 * Lists that rules may name. Those of discrimination and violence are empty until somebody loads one, since none that we may ship was
 * found; a rule over an empty list passes everything, and the trace says so.
 */
const BUILT_IN: Record<string, () => string[]> = {
  'ads-ja': () => ADS_JA,
  'adult-ja': () => (naughty.ja ?? []).filter((word) => !EVERYDAY.has(word)),
  'adult-en': () => naughty.en ?? [],
  'discrimination-ja': () => [],
  'violence-ja': () => [],
};

export const wordListNames: string[] = Object.keys(BUILT_IN);

const opened = new Map<string, WordList>();
export const NO_WORDS: WordList = new WordList([]);

/** A list by name: one that was loaded for this cascade, or a built-in one; null where there is none. */
export function wordList(name: string, loaded: Record<string, readonly string[]> = {}): WordList | null {
  const own = loaded[name];
  if (own) return new WordList(own);
  const words = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (!words) return null;
  const list = opened.get(name) ?? new WordList(words());
  opened.set(name, list);
  return list;
}
