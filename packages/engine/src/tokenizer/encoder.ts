import type { Dictionary } from './dictionary.ts';
import { TokenizerError } from './errors.ts';
import { Segmenter } from './viterbi.ts';

/** For text that is no UTF-16. */
export function loneSurrogate(text: string): TokenizerError {
  let index = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) break;
    index += character.length;
  }
  return new TokenizerError('LoneSurrogate', { index }, `The text has half a surrogate pair at ${index}`);
}

/** Text to ids over a dictionary, which threads may share; the encoder itself belongs to one thread. */
export class Encoder {
  private readonly dictionary: Dictionary;
  private readonly segmenter: Segmenter;
  private output = new Int32Array(4096);

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
    this.segmenter = new Segmenter(dictionary);
  }

  encode(text: string): Int32Array {
    const input = this.checked(text);
    // A code unit has three bytes at most, and a byte one id.
    if (this.output.length < input.length * 3) this.output = new Int32Array(input.length * 4);
    return this.output.slice(0, this.segmenter.segment(input, this.output, 0));
  }

  encodeInto(text: string, target: Int32Array, offset: number): number {
    const input = this.checked(text);
    if (target.length - offset >= input.length * 3) return this.segmenter.segment(input, target, offset);
    const ids = this.encode(text);
    target.set(ids, offset);
    return offset + ids.length;
  }

  private checked(text: string): string {
    if (!text.isWellFormed()) throw loneSurrogate(text);
    return this.dictionary.dummyPrefix && text !== '' ? ` ${text}` : text;
  }
}
