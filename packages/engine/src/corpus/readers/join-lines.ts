const WIDE =
  /[\u2e80-\u303f\u3041-\u33ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3ffff}]/u;
const CJK_PUNCTUATION =
  /[\u3000-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff60]/;

/**
 * Joins two lines that a paragraph was wrapped into. Between two wide characters, or beside Japanese punctuation, the
 * line break vanishes; elsewhere it is a space (CSS Text 3, segment break transformation).
 */
export function joinLines(first: string, second: string): string {
  if (first === '' || second === '') return first + second;
  const before = lastCharacter(first);
  const after = String.fromCodePoint(second.codePointAt(0) ?? 0);
  const glue =
    CJK_PUNCTUATION.test(before) || CJK_PUNCTUATION.test(after) || (WIDE.test(before) && WIDE.test(after));
  return glue ? first + second : `${first} ${second}`;
}

function lastCharacter(text: string): string {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(-2) : text.slice(-1);
}

/** Unwraps running text: white space becomes one space, and line breaks follow `joinLines`. */
export function unwrap(text: string): string {
  if (!text.includes('\n')) return text.replace(/[ \t\u00a0]+/g, ' ');
  return text
    .split('\n')
    .map((line) => line.replace(/[ \t\u00a0]+/g, ' '))
    .reduce((joined, line, i) => {
      if (i === 0) return line;
      const rest = line.replace(/^ /, '');
      if (rest === '') return joined.endsWith(' ') || joined === '' ? joined : `${joined}\n`;
      return joined.endsWith('\n')
        ? joinLines(joined.replace(/[ \n]+$/, ''), rest)
        : joinLines(joined.replace(/ $/, ''), rest);
    })
    .replace(/\n+$/, ' ');
}
