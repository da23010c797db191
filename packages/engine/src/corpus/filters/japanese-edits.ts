import { CLASS, HIRAGANA, KATAKANA } from './character-classes.ts';

/** Lines without kana go (LLM-jp corpus v1: only lines that hold kana are kept); blank lines stay between paragraphs. */
export function keepKanaLines(text: string): { text: string; changes: number } {
  const parts: string[] = [];
  let changes = 0;
  let kept = 0; // beginning of the lines that are kept but not yet copied
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (start < end && !hasKana(text, start, end)) {
      parts.push(text.slice(kept, start));
      kept = end + 1;
      changes += 1;
    }
    start = end + 1;
  }
  if (changes === 0) return { text, changes };
  parts.push(text.slice(kept));
  return {
    text: parts
      .join('')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    changes,
  };
}

function hasKana(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++)
    if (((CLASS[text.charCodeAt(i)] as number) & (HIRAGANA | KATAKANA)) !== 0) return true;
  return false;
}

const URL = /https?:\/\/[\w/:%#$&?()~.=+*'!,;@[\]-]+/g;

/** Without URLs, and without runs of `length` or more ASCII characters (LLM-jp corpus v1: 100). */
export function removeUrlsAndAscii(text: string, length: number): { text: string; changes: number } {
  let changes = 0;
  const without = text.includes('://')
    ? text.replace(URL, () => {
        changes += 1;
        return '';
      })
    : text;
  const parts: string[] = [];
  let copied = 0;
  // A run that is long enough has a unit at one of any `least` places, so the others are not looked at.
  const least = Math.max(1, Math.ceil(length));
  for (let i = least - 1; i < without.length; i += least) {
    if (!isRunning(without, i)) continue;
    let start = i;
    while (start > copied && isRunning(without, start - 1)) start -= 1;
    while (i < without.length && isRunning(without, i)) i += 1;
    if (i - start < least) continue;
    parts.push(without.slice(copied, start));
    copied = i;
    changes += 1;
  }
  if (changes === 0) return { text, changes };
  parts.push(without.slice(copied));
  return { text: parts.join('').trim(), changes };
}

/** ASCII, but no newline: runs end with their line. */
function isRunning(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 0x80 && unit !== 10;
}
