import { describe, expect, test } from 'vitest';
import { bytes, duration, measure, short } from './labels.ts';

describe('numbers for people', () => {
  test('sizes use binary units and few digits', () => {
    expect([0, 1023, 1536, 150 * 1024 * 1024].map((size) => bytes(size, 'en'))).toEqual([
      '0 B',
      '1,023 B',
      '1.5 KiB',
      '150 MiB',
    ]);
  });
  test('a measure keeps the digits that carry meaning', () => {
    expect([0, 2.345678, 123.456, 12345.6, 0.00123].map((value) => measure(value, 'en'))).toEqual([
      '0',
      '2.346',
      '123.5',
      '12,346',
      '0.00123',
    ]);
    expect(measure(0.00001, 'en')).toBe('1.00e-5');
  });
  test('times grow from milliseconds to minutes', () => {
    expect([4.25, 950, 2500, 125_000].map((ms) => duration(ms, 'en'))).toEqual([
      '4.3 ms',
      '950 ms',
      '2.5 s',
      '2 min 5 s',
    ]);
  });
  test('a short id still tells two apart', () => {
    expect(short('art_0123456789abcdef')).toBe('art_01234567');
    expect(short('01234567-89ab')).toBe('01234567');
  });
});
