import { eld } from 'eld/small';
import { CLASS, HIRAGANA, KANJI, KATAKANA, scanOf } from './character-classes.ts';

/** Characters that are looked at; more do not make the answer better (measured in docs/decisions/0016). */
const CHARACTERS = 500;

/**
 * ISO 639-1 code of a text's language, or '' where nothing can be told. Scripts decide first, since they are certain and a hundred times
 * faster: Hangul is Korean; kana in more than 5 % of the letters is Japanese; other Han text is Chinese. The rest goes to ELD's n-grams.
 */
export function identifyLanguage(text: string): string {
  const head = text.slice(0, CHARACTERS);
  let kana = 0;
  let kanji = 0;
  let hangul = 0;
  let letters = 0;
  for (let i = 0; i < head.length; i++) {
    const unit = head.charCodeAt(i);
    const bits = CLASS[unit] as number;
    if (bits & (HIRAGANA | KATAKANA)) kana += 1;
    else if (bits & KANJI) kanji += 1;
    else if (unit >= 0xac00 && unit <= 0xd7a3) hangul += 1;
    else if (unit > 0x80 || bits & 32) letters += 1;
  }
  letters += kana + kanji + hangul;
  if (hangul * 5 > letters) return 'ko';
  if (kana * 20 > letters) return 'ja';
  if (kanji * 5 > letters) return 'zh';
  return letters === 0 ? '' : eld.detect(head).language;
}

/** Share of kana over visible characters of a whole text. */
export function kanaShare(text: string): number {
  const { hiragana, katakana, visible } = scanOf(text);
  return visible === 0 ? 0 : (hiragana + katakana) / visible;
}
