import { describe, expect, test } from 'vitest';
import { alphabetOf, batchOf, MOST_CHARACTERS, OTHER } from './characters.ts';

describe('the alphabet of a text', () => {
  test('reads back what it wrote, also outside the basic plane', () => {
    const text = '吾輩は猫である。𠮟る 🐈 cat';
    const alphabet = alphabetOf(text);
    expect(alphabet.decode([...alphabet.encode(text)])).toBe(text);
  });

  test('gives the commonest characters the first ids and unknown ones the sign for another', () => {
    const alphabet = alphabetOf('aab');
    expect(alphabet.characters).toEqual([OTHER, 'a', 'b']);
    expect([...alphabet.encode('bza')]).toEqual([2, 0, 1]);
  });

  test('never grows past its bound', () => {
    const many = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(alphabetOf(many).characters).toHaveLength(MOST_CHARACTERS);
  });
});

describe('batches', () => {
  test('are windows of the text, from the first to the last possible start', () => {
    const ids = Int32Array.from({ length: 10 }, (_, i) => i);
    const words = [0, 2 ** 32 - 1];
    const batch = batchOf(ids, { batch: 2, length: 3 }, (row) => words[row] as number);
    expect([...batch]).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
  });

  test('are refused for a text shorter than a window', () => {
    expect(() => batchOf(new Int32Array(3), { batch: 1, length: 3 }, () => 0)).toThrow(/needed are 4/);
  });
});
