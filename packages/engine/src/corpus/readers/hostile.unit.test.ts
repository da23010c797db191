import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { DocumentFormat } from '@tsudoi/schema';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { brief, readBytes, warcResponse } from '../testing/records.ts';
import { decompress } from './decompress.ts';
import { decodeText } from './encoding.ts';
import { readFile } from './read-file.ts';

async function drain<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const line = (text: string) => `${JSON.stringify({ text })}\n`;

describe('a file that is cut or damaged gives what stands before, and one line with record and byte', () => {
  it('when gzip or zstd ends early', async () => {
    const random = Array.from({ length: 20_000 }, (_, i) =>
      line(`文書${Math.imul(i, 0x9e3779b1) >>> 0}`),
    ).join('');
    for (const packed of [gzipSync(random), zstdCompressSync(random)]) {
      const results = brief(await readBytes(packed.subarray(0, packed.length >> 1), 'jsonl', 'a.jsonl.gz'));
      expect(results.length).toBeGreaterThan(1000);
      expect(results[0]).toBe('文書0');
      expect(results.at(-1)).toMatch(/^a\.jsonl\.gz, record \d{4,5}, byte \d+: ends in the middle/);
    }
  });

  it('when a WARC record or a dump ends early', async () => {
    const warc = Buffer.concat([warcResponse('https://a/1', '<p>一'), warcResponse('https://a/2', '<p>二')]);
    const results = brief(await readBytes(warc.subarray(0, warc.length - 8), 'warc', 'a.warc'));
    expect(results[0]).toBe('一');
    expect(results[1]).toMatch(/^a\.warc, record 1, byte \d+: ends in the middle.*bytes are missing/);
    const dump = '<mediawiki><page><title>a</title><revision><text>一</text></revision></page><page><title>';
    expect(brief(await readBytes(Buffer.from(dump), 'mediawiki', 'a.xml'))).toEqual([
      '一',
      expect.stringMatching(/^a\.xml, record 1, byte 77: ends in the middle/),
    ]);
  });

  it('when a Parquet file ends early or is none', async () => {
    const bytes = Buffer.from(
      parquetWriteBuffer({ columnData: [{ name: 'text', data: ['a'], type: 'STRING' }] }),
    );
    for (const broken of [bytes.subarray(0, bytes.length - 5), Buffer.from('hello'), Buffer.alloc(0)])
      expect(brief(await readBytes(broken, 'parquet', 'a.parquet'))).toEqual([
        expect.stringMatching(/^a\.parquet, record 0, byte 0: (ends in the middle|is damaged)/),
      ]);
  });

  it('and no reader ever throws, whatever the bytes', async () => {
    const formats: DocumentFormat[] = ['jsonl', 'warc', 'mediawiki', 'parquet', 'html', 'text'];
    const beginnings = [
      '',
      '{"text":"',
      'WARC/1.0\r\nContent-Length: 9\r\n\r\n',
      '<mediawiki><page>',
      'PAR1',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats),
        fc.constantFrom(...beginnings),
        fc.uint8Array({ maxLength: 60 }),
        async (format, beginning, tail) => {
          await readBytes(
            Buffer.concat([Buffer.from(beginning), Buffer.from(tail)]),
            format,
            'a',
            undefined,
            7,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a file that was made to hurt', () => {
  it('is stopped at its bound when it is a bomb, long before it is unpacked', async () => {
    for (const bomb of [gzipSync(Buffer.alloc(40 << 20)), zstdCompressSync(Buffer.alloc(40 << 20))])
      expect(brief(await readBytes(bomb, 'jsonl', 'a.gz', undefined, 1 << 16))).toEqual([
        expect.stringMatching(/^a\.gz, record 0, byte 0: unpacks to more.*more than 250 to 1/),
      ]);
    const rows = 2 ** 22 + 1;
    const columnData = [{ name: 'text', data: new Array<string>(rows).fill('a'), type: 'STRING' as const }];
    const parquet = Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: rows }));
    expect(parquet.length).toBeLessThan(2000);
    expect(brief(await readBytes(parquet, 'parquet', 'a.parquet'))).toEqual([
      expect.stringMatching(/^a\.parquet, record 0, byte 0: unpacks to more.*4194305 rows/),
    ]);
    const small = decompress([gzipSync(Buffer.alloc(5000))], { maxBytes: 4000, maxRatio: 250 });
    await expect(drain(small)).rejects.toMatchObject({ problem: 'bomb' });
  });

  it('is read through two layers of compression and refused with three', async () => {
    const text = line('二重');
    expect(brief(await readBytes(gzipSync(gzipSync(text)), 'jsonl', 'a.gz'))).toEqual(['二重']);
    expect(brief(await readBytes(gzipSync(zstdCompressSync(gzipSync(text))), 'jsonl', 'a.gz'))).toEqual([
      expect.stringMatching(/^a\.gz, record 0, byte 0: is compressed more than twice over/),
    ]);
  });

  it('cannot lead the reader of a chunked body back to where it was, nor hide its end behind bytes of no text', async () => {
    const body = (size: string) =>
      warcResponse(
        'https://a/1',
        `${size}\r\n<p>本文`,
        'Content-Type: text/html\r\nTransfer-Encoding: chunked',
      );
    for (const size of ['-6', '-9999', '+5', 'fffffffffffffffffff'])
      expect(brief(await readBytes(body(size), 'warc', 'a.warc'))).toEqual([expect.stringMatching('本文$')]);
    const hidden = Buffer.concat([Buffer.from('text'), Buffer.alloc(64, 0xff), Buffer.from('more')]);
    expect(brief(await readBytes(hidden, 'text', 'a.txt'))).toEqual([
      expect.stringMatching(/^a\.txt, record 0, byte 4: neither UTF-8/),
    ]);
  });

  it('loses only its endless line, whose bytes are never held', async () => {
    const megabyte = Buffer.alloc(1 << 20, 'a');
    let largest = 0;
    const chunks = function* () {
      yield Buffer.from(line('前'));
      for (let i = 0; i < 300; i++) {
        yield megabyte;
        largest = Math.max(largest, process.memoryUsage().arrayBuffers);
      }
      yield Buffer.from(`\n${line('後')}`);
    };
    const before = process.memoryUsage().arrayBuffers;
    const results = await drain(readFile({ path: 'a.jsonl', chunks: chunks() }, 'jsonl'));
    expect(brief(results)).toEqual([
      '前',
      `a.jsonl:2, record 1, byte 15: larger than one record may be (a line of more than 33554432 bytes)`,
      '後',
    ]);
    expect(largest - before).toBeLessThan(150 * 2 ** 20);
  });
});

describe('text in another encoding is converted, and what cannot be told is refused with the byte', () => {
  // One sentence as Python's codecs write it.
  const bytes: Record<string, string> = {
    shift_jis: '93fa967b8cea82cc95b68fcd82c582b781428365834c8358836782e0',
    'euc-jp': 'c6fccbdcb8eca4cecab8becfa4c7a4b9a1a3a5c6a5ada5b9a5c8a4e2',
    'iso-2022-jp': '1b2442467c4b5c386c244e4a383e4f2447243921232546252d2539254824621b2842',
    'utf-16le': 'fffee5652c679e8a6e308765e07a673059300230c630ad30b930c8308230',
  };

  it('of Japan', () => {
    for (const [encoding, hex] of Object.entries(bytes))
      expect(decodeText(Buffer.from(hex, 'hex'))).toEqual({ text: '日本語の文章です。テキストも', encoding });
  });

  it('of a header, where it agrees with the bytes', () => {
    expect(decodeText(Buffer.from([0x63, 0x61, 0x66, 0xe9]), 'iso-8859-1')).toEqual({
      text: 'café',
      encoding: 'windows-1252',
    });
    expect(decodeText(Buffer.from('日本'), 'iso-8859-1')).toEqual({ text: '日本', encoding: 'utf-8' });
    expect(decodeText(Buffer.from([0x63, 0x61, 0x66, 0xe9]))).toEqual({ badOffset: 3 });
  });
});
