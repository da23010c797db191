import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextStream } from './text-stream.ts';

/** Ids are the bytes of UTF-8, the hardest case for a stream. */
function byteDecoder() {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  return { push: (id: number) => utf8.decode(Uint8Array.of(id), { stream: true }), end: () => utf8.decode() };
}

function run(text: string, stops: readonly string[]) {
  const stream = new TextStream(byteDecoder(), stops);
  const parts: string[] = [];
  for (const byte of new TextEncoder().encode(text)) {
    const { text: part, stopped } = stream.push(byte);
    parts.push(part);
    if (stopped) return { parts, stopped };
  }
  parts.push(stream.end());
  return { parts, stopped: false };
}

const texts = fc.array(fc.constantFrom('a', 'b', '\u732b', '\u{1f600}', '\n'), { maxLength: 30 });

describe('a stream of text', () => {
  it('gives the text before the first stop string, wherever ids cut it', () => {
    const stops = fc.array(
      fc.array(fc.constantFrom('a', 'b', '\u732b', '\n'), { minLength: 1, maxLength: 4 }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(texts, stops, (characters, stopCharacters) => {
        const [text, list] = [characters.join(''), stopCharacters.map((s) => s.join(''))];
        const { parts, stopped } = run(text, list);
        const all = parts.join('');
        expect(stopped).toBe(list.some((stop) => text.includes(stop)));
        expect(text.startsWith(all)).toBe(true);
        if (stopped) expect(list.some((stop) => text.startsWith(stop, all.length))).toBe(true);
        else expect(all).toBe(text);
        for (const stop of list) expect(all).not.toContain(stop);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('never cuts a character and never makes one up', () => {
    fc.assert(
      fc.property(texts, (characters) => {
        for (const part of run(characters.join(''), []).parts) {
          expect(part.isWellFormed()).toBe(true);
          expect(part).not.toContain('\ufffd');
        }
      }),
      { seed: 7 },
    );
  });

  it('holds back only what a stop string could begin with', () => {
    const stream = new TextStream(byteDecoder(), ['abc']);
    const text = [...'xab'].map((c) => stream.push(c.charCodeAt(0)).text);
    expect(text).toEqual(['x', '', '']);
    expect(stream.push('d'.charCodeAt(0)).text).toBe('abd');
  });
});
