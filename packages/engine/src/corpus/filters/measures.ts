import { deflateSync } from 'node:zlib';

/** Share `part / whole`, 0 where there is nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function countMatches(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count += 1;
  return count;
}

export function nonEmptyLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Bytes after deflate (zlib, level 9) over bytes before, of the first `limit` bytes. */
export function compressionRatio(text: string, limit: number): number {
  const bytes = Buffer.from(text.slice(0, limit));
  const head = bytes.subarray(0, limit);
  return share(deflateSync(head, { level: 9 }).length, head.length);
}

/** Share of the characters that stand in lines which repeat an earlier line (Gopher: duplicate line characters). */
export function duplicateLineShare(text: string): number {
  const seen = new Set<string>();
  let total = 0;
  let repeated = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    total += line.length;
    if (seen.has(line)) repeated += line.length;
    else seen.add(line);
  }
  return share(repeated, total);
}

/** Length of the longest run of one character. Spaces and newlines do not count. */
export function longestRun(text: string): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    run = i > 0 && code === text.charCodeAt(i - 1) ? run + 1 : 1;
    if (run > longest && code !== 32 && code !== 10 && code !== 9) longest = run;
  }
  return longest;
}

/** Mean characters between sentence ends; a sentence ends at 。．！？!? and at the end of a line. */
export function meanSentenceLength(text: string): number {
  const sentences = text
    .split(/[\u3002\uff0e\uff01\uff1f!?\n]+/)
    .map((each) => each.trim().length)
    .filter((length) => length > 0);
  return share(
    sentences.reduce((sum, length) => sum + length, 0),
    sentences.length,
  );
}

/** The text without the fenced code blocks of Markdown; a fence that is never closed is kept as text. */
export function withoutFences(text: string): string {
  if (!/^(?:```|~~~)/m.test(text)) return text;
  const kept: string[] = [];
  let fence = '';
  let fenced: string[] = [];
  for (const line of text.split('\n')) {
    if (fence === '') {
      fence = /^(?:```|~~~)/.exec(line)?.[0] ?? '';
      (fence === '' ? kept : fenced).push(line);
      continue;
    }
    fenced.push(line);
    if (line.trimEnd() === fence) {
      fence = '';
      fenced = [];
    }
  }
  return kept.concat(fenced).join('\n');
}
