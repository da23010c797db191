/** The text people agree to when they join. A changed text is a new version; earlier agreements name the one they read. */
export const currentOpenness = '2026-11';
/** What everybody who joined before versions were recorded had agreed to. */
export const firstOpenness = '2026-10';

export const opennessTexts: Readonly<Record<string, { ja: string; en: string }>> = {
  [firstOpenness]: {
    ja: 'ここではデータ、モデル、議論、失敗も公開されます。',
    en: 'Data, models, discussions and failures are public here.',
  },
  [currentOpenness]: {
    ja:
      'ここではデータ、モデル、ツール、議論、そして失敗も公開されます。あなたの行ったことは記録に残り、表示名とともに誰でも読めます。' +
      '表示名と連絡先はいつでも消去でき、消去すると記録には番号だけが残ります。',
    en:
      'Data, models, tools, discussions and failures are public here. What you do stays on record and can be read by ' +
      'everybody under your display name. You may have your name and address erased at any time; a number is then left.',
  },
};
