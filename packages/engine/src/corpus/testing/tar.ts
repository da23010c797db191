/** Builds tar archives for tests, also such as no honest tool would write. */
export interface TestEntry {
  path: string;
  content?: string | Buffer;
  /** Type flag: "0" file (default), "2" symbolic link, "5" directory, "L" GNU long name, "x" pax header. */
  type?: string;
  linkTarget?: string;
}

export function tarOf(entries: TestEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = '0', linkTarget = '' }) => {
    const bytes = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkTarget, 157, 100);
    header.write('ustar\x0000', 257, 'latin1');
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
