import type { en } from './lint.en.ts';

export const ja: Record<keyof typeof en, string> = {
  eps: '1e-8 を使ってください',
  'min-rate': 'learningRate を超えてはいけません',
  'warmup-steps': 'steps より小さくしてください',
  'no-warmup':
    'ウォームアップがないと、Adamの最初の更新が大きくなりすぎます。全ステップの1 %以上にしてください',
  beta2: '0.95 を使ってください。2次モーメントの追従が遅いと、勾配が大きくなったときに損失が跳ね上がります',
  'clip-norm': '1 を使ってください。これほど大きな上限では損失の跳ね上がりを止められません',
  'weight-decay': 'learningRate と weightDecay の積を 0.1 未満にしてください',
  'learning-rate': 'この大きさの公開された学習で安定していたのは {largest} までです',
  'decay-steps': 'ウォームアップの終わりから学習の終わりまでに収めてください',
  'z-loss': '1e-4 を使ってください。これより重いと本来の損失と競合します',
  heads: 'hiddenSize を割り切る数にしてください',
  'rope-heads': 'RoPEには偶数のヘッドサイズが必要です',
  'key-value-heads': 'heads を割り切る数にしてください',
  'checkpoint-steps': 'steps を超えてはいけません',
  'checkpoint-rare': '1000 以下にしてください。停止や巻き戻しのときに失うのはこの間隔の分です',
  'packed-length': 'シャードは {packed} の長さで詰められます',
  'no-refine': 'この実行にそのジョブはありません。コーパスにフィルターもテストセットも指定されていません',
  'no-ranks': 'この実行にそのジョブはありません。コーパスの重複除去は分担されていません',
};
