const WIDE =
  /[\u2e80-\u303f\u3041-\u33ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3ffff}]/u;
const CJK_PUNCTUATION =
  /[\u3000-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff60]/;

/**
 * What stands between two lines that a paragraph was wrapped into. Between two wide characters, or beside Japanese
 * punctuation, the line break vanishes; elsewhere it is a space (CSS Text 3, segment break transformation).
 */
export function glueBetween(first: string, second: string): '' | ' ' {
  if (first === '' || second === '') return '';
  const before = lastCharacter(first);
  const after = String.fromCodePoint(second.codePointAt(0) ?? 0);
  const joined =
    CJK_PUNCTUATION.test(before) || CJK_PUNCTUATION.test(after) || (WIDE.test(before) && WIDE.test(after));
  return joined ? '' : ' ';
}

function lastCharacter(text: string): string {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(-2) : text.slice(-1);
}

/** Unwraps running text: white space becomes one space, and line breaks follow `glueBetween`. Trims both ends. */
export function unwrap(text: string): string {
  const pieces: string[] = [];
  let last = '';
  for (const line of text.split('\n')) {
    const piece = line.replace(/[ \t\r\u00a0]+/g, ' ').trim();
    if (piece === '') continue;
    pieces.push(glueBetween(last, piece), piece);
    last = piece;
  }
  return pieces.join('');
}
