import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from './public-address.ts';

/** Ranges as numbers, written down a second time: first and last address. */
const closed: [string, string][] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
];
const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
const inClosed = (n: number) => closed.some(([from, to]) => numberOf(from) <= n && n <= numberOf(to));

const anyIPv4 = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ...closed.map(([from, to]) => fc.integer({ min: numberOf(from), max: numberOf(to) })),
  ...closed.flatMap(([from, to]) =>
    [numberOf(from) - 1, numberOf(to) + 1].map((n) => fc.constant(Math.min(Math.max(n, 0), 2 ** 32 - 1))),
  ),
);
const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const hex = (n: number) => n.toString(16);

describe('an address that deliveries may go to', () => {
  test('is an IPv4 address outside of every special range, borders included', () => {
    fc.assert(
      fc.property(anyIPv4, (n) => {
        expect(isPublicAddress(textOf(n))).toBe(!inClosed(n));
      }),
      { numRuns: 2000 },
    );
  });
  test('is never an IPv4 address written as IPv6: mapped, compatible, translated or 6to4', () => {
    fc.assert(
      fc.property(anyIPv4, (n) => {
        const [high, low] = [hex(n >>> 16), hex(n & 0xffff)];
        for (const text of [
          `::ffff:${textOf(n)}`,
          `::ffff:${high}:${low}`,
          `0:0:0:0:0:FFFF:${high}:${low}`,
          `::${textOf(n)}`,
          `64:ff9b::${textOf(n)}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `::ffff:0:${textOf(n)}`,
        ]) {
          expect([text, isPublicAddress(text)]).toEqual([text, false]);
        }
      }),
    );
  });
  test('is an IPv6 address of 2000::/3 that is not set aside', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (parts, compressed) => {
        const [a, b] = parts;
        const setAside =
          (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000);
        const written = compressed
          ? [...parts.slice(0, 2).map(hex), '', '1'].join(':')
          : parts.map(hex).join(':');
        expect(isPublicAddress(written)).toBe(a >= 0x2000 && a < 0x4000 && !setAside);
      }),
      {
        numRuns: 2000,
        examples: [
          [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], false],
          [[0x2001, 0x1ff, 0, 0, 0, 0, 0, 1], true],
          [[0x2002, 1, 0, 0, 0, 0, 0, 1], false],
        ],
      },
    );
  });
  test.each([
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fc00::1',
    'ff02::1',
    '169.254.169.254',
    '127.1',
    '0x7f000001',
    'localhost',
    '',
    '1.2.3.4.5',
    '2606:4700::1%1',
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
  test.each(['1.1.1.1', '8.8.8.8', '2606:4700:4700::1111', '2001:4860:4860::8888'])('may be %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
});
