/**
 * Reads the regular files of a tar stream (POSIX ustar and pax, GNU long names) without writing anything to disk: no
 * path of an archive is ever opened, so traversal and symbolic links have nothing to act on. Links, devices and
 * directories are passed over. Files that `wanted` refuses are skipped without being held in memory.
 */
export interface TarEntry {
  /** Cleaned path: no leading "./" or "/", no dot segments. */
  path: string;
  bytes: Buffer;
}

const BLOCK = 512;

export async function* readTar(
  chunks: AsyncIterable<Buffer>,
  wanted: (path: string, size: number) => boolean,
): AsyncGenerator<TarEntry> {
  const source = byteReader(chunks);
  let longName: string | null = null;
  for (;;) {
    const header = await source.take(BLOCK);
    if (!header || header.every((byte) => byte === 0)) return;
    const { name, size, type } = parseHeader(header);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L' || type === 'x') {
      const content = await source.take(checkedNameSize(padded));
      if (!content) throw new Error('the archive is cut short');
      const text = content.subarray(0, size);
      longName = (type === 'L' ? cString(text) : paxPath(text)) ?? longName;
      continue;
    }
    const path = cleanPath(longName ?? name);
    if (type !== 'g') longName = null;
    const isFile = type === '0' || type === '\0' || type === '7';
    if (isFile && path !== null && wanted(path, size)) {
      const bytes = await source.take(padded);
      if (!bytes) throw new Error('the archive is cut short');
      yield { path, bytes: bytes.subarray(0, size) };
    } else {
      await source.skip(padded);
    }
  }
}

/** Null for a path that leaves the archive, absolute or through "..": such an entry is passed over. */
export function cleanPath(path: string): string | null {
  if (path.startsWith('/') || path.includes('\0') || path.includes('\\')) return null;
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0 || segments.includes('..')) return null;
  return segments.join('/');
}

function checkedNameSize(size: number): number {
  if (size > 1 << 20) throw new Error('the archive holds a name of more than 1 MiB');
  return size;
}

function parseHeader(header: Buffer) {
  if (checksum(header) !== octal(header.subarray(148, 156))) throw new Error('not a tar archive');
  const prefix =
    header.subarray(257, 262).toString('latin1') === 'ustar' ? cString(header.subarray(345, 500)) : '';
  const isGnu = header.subarray(257, 265).toString('latin1') === 'ustar  \0';
  const base = cString(header.subarray(0, 100));
  return {
    name: prefix && !isGnu ? `${prefix}/${base}` : base,
    size: octal(header.subarray(124, 136)),
    type: String.fromCharCode(header[156]),
  };
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i];
  return sum;
}

function octal(field: Buffer): number {
  // GNU base-256 for files of 8 GiB and more: such a file is over every limit here.
  if (field[0] & 0x80) return Number.MAX_SAFE_INTEGER - 1023;
  const value = Number.parseInt(
    field
      .toString('latin1')
      .replace(/[\0 ]+$/, '')
      .trim() || '0',
    8,
  );
  if (!Number.isInteger(value)) throw new Error('not a tar archive');
  return value;
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8');
}

/** The path record of a pax header: "LENGTH path=VALUE\n". */
function paxPath(bytes: Buffer): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(bytes.toString('utf8'))?.[1] ?? null;
}

function byteReader(chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let held = 0;
  const fill = async (count: number): Promise<boolean> => {
    while (held < count) {
      const next = await iterator.next();
      if (next.done) return false;
      parts.push(next.value);
      held += next.value.length;
    }
    return true;
  };
  return {
    async take(count: number): Promise<Buffer | null> {
      if (!(await fill(count))) return null;
      const all = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      parts = [all.subarray(count)];
      held -= count;
      return all.subarray(0, count);
    },
    async skip(count: number): Promise<void> {
      let left = count;
      while (left > 0 && (held > 0 || (await fill(1)))) {
        const step = Math.min(left, parts[0].length);
        parts[0] = parts[0].subarray(step);
        if (parts[0].length === 0) parts.shift();
        held -= step;
        left -= step;
      }
      if (left > 0) throw new Error('the archive is cut short');
    },
  };
}
