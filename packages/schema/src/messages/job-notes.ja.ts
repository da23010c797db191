import type { en } from './job-notes.en.ts';

export const ja: Record<keyof typeof en, string> = {
  fetch: '{what} を取得中',
  documents: '文書 {done} 件',
  kept: '文書 {total} 件中 {kept} 件を採用',
  textsRead: '文書 {count} 件を読み込み済み',
  differentWords: '異なる語 {count} 個',
  pieces: '語彙の候補 {count} 個、1文字あたり {natsPerCharacter:4} ナット',
  roundTrip: '文が元どおりに戻ることを確認中',
  vocabulary: '語彙 {count} 個',
  tokens: '{count} トークン',
  compile: 'コンパイル中',
  step: '{steps} ステップ中 {step}、損失 {loss:3}',
  windows: '窓 {total} 個中 {done} 個を測定済み',
  byteNgram: '比較用のバイト5-gramを計算中',
  tokenNgram: '比較用のトークン5-gramを計算中',
  samples: '生成例を作成中',
  bitsPerByte: '1バイトあたり {bitsPerByte:4} ビット',
  upload: 'アップロード中',
};
