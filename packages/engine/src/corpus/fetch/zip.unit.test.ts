import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readZip } from './zip.ts';

interface Member {
  path: string;
  content: Buffer;
  method?: number;
  /** What the archive says, where that is a lie. */
  size?: number;
  flags?: number;
}

/** An archive as `zip` writes it. */
function zipOf(members: Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, method = 8, size = content.length, flags = 0 } of members) {
    const name = Buffer.from(path);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end, Buffer.from('a comment')]);
}

const text = Buffer.from('日本語の文書。'.repeat(100));
const contents = (archive: Buffer) =>
  [...readZip(archive)].map(({ path, read }) => [path, read().toString()]);

test('files come in the order of the directory, stored and deflated; folders and paths that leave the archive do not', () => {
  const archive = zipOf([
    { path: 'a/', content: Buffer.alloc(0), method: 0 },
    { path: 'a/一.html', content: text },
    { path: '../../etc/passwd', content: text },
    { path: 'b.txt', content: Buffer.from('plain'), method: 0 },
  ]);
  expect(contents(archive)).toEqual([
    ['a/一.html', text.toString()],
    ['b.txt', 'plain'],
  ]);
});

test.each([
  [
    'a bomb that says it is small',
    zipOf([{ path: 'a', content: Buffer.alloc(1 << 20), size: 100 }]),
    /larger than|size/,
  ],
  ['an encrypted file', zipOf([{ path: 'a', content: text, flags: 1 }]), /encrypted/],
  ['another method', zipOf([{ path: 'a', content: text, method: 12 }]), /method 12/],
  ['a file that is no archive', Buffer.from('PK but nothing else, and long enough'), /not a ZIP/],
  ['a directory cut short', zipOf([{ path: 'a', content: text }]).subarray(40), /damaged|not a ZIP|range/],
])('%s is refused with a reason', (_, archive, reason) => {
  expect(() => contents(archive)).toThrow(reason);
});
