import { inflateRawSync } from 'node:zlib';
import { cleanPath } from './tar.ts';

/** A file of a ZIP archive. */
export interface ZipEntry {
  /** Cleaned as `cleanPath` does. */
  path: string;
  /** Bytes when unpacked, as the archive says; `read` refuses to give more. */
  size: number;
  /** @throws Error for damage, encryption or a method besides stored and deflated */
  read(): Buffer;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const [STORED, DEFLATED] = [0, 8];

/**
 * The regular files of a ZIP archive (PKWARE APPNOTE 6.3.10, without ZIP64: archives here are below 64 MiB) in the order of its
 * central directory, which alone says what belongs to it. Nothing is written to disk. @throws Error for what is no such archive
 */
export function* readZip(archive: Buffer): Generator<ZipEntry> {
  const end = endOf(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== CENTRAL)
      throw new Error('the directory of the ZIP archive is damaged');
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const header = at;
    const raw = archive.toString('utf8', at + 46, at + 46 + name);
    at += 46 + name + extra + comment;
    const path = cleanPath(raw);
    if (path === null || raw.endsWith('/')) continue;
    yield { path, size: archive.readUInt32LE(header + 24), read: () => contentOf(archive, header, path) };
  }
}

function endOf(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - END_BYTES - MAX_COMMENT);
  for (let at = archive.length - END_BYTES; at >= lowest; at--)
    if (archive.readUInt32LE(at) === END) return at;
  throw new Error('not a ZIP archive');
}

function contentOf(archive: Buffer, header: number, path: string): Buffer {
  const flags = archive.readUInt16LE(header + 8);
  const method = archive.readUInt16LE(header + 10);
  const [packed, size, local] = [20, 24, 42].map((offset) => archive.readUInt32LE(header + offset));
  if (flags & 1) throw new Error(`${path} in the ZIP archive is encrypted`);
  if (local + 30 > archive.length || archive.readUInt32LE(local) !== LOCAL)
    throw new Error(`${path} in the ZIP archive is damaged`);
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(begin, begin + packed);
  if (method !== STORED && method !== DEFLATED)
    throw new Error(`${path} in the ZIP archive is packed with method ${method}`);
  const content = method === STORED ? bytes : inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size) throw new Error(`${path} in the ZIP archive has another size than it says`);
  return content;
}
