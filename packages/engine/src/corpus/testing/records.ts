import type { DocumentFormat } from '@tsudoi/schema';
import { type Cursor, describeProblem } from '../readers/problem.ts';
import { type ReadResult, readFile } from '../readers/read-file.ts';

/** Reads bytes in chunks of `size`, so that no reader can lean on where chunks end. */
export async function readBytes(
  bytes: Buffer,
  format: DocumentFormat,
  path: string,
  from: Cursor = { record: 0, byte: 0 },
  size = 977,
): Promise<ReadResult[]> {
  const chunks: Buffer[] = [];
  for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
  const results: ReadResult[] = [];
  for await (const result of readFile({ path, chunks }, format, from)) results.push(result);
  return results;
}

/** A document as its text, a problem as the line a person reads. */
export const brief = (results: ReadResult[]) =>
  results.map((result) => ('problem' in result ? describeProblem(result) : result.text));

/** One WARC/1.0 record. */
export function warcRecord(type: string, fields: Record<string, string>, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = Object.entries({ 'WARC-Type': type, ...fields, 'Content-Length': `${bytes.length}` });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`WARC/1.0\r\n${head}\r\n`), bytes, Buffer.from('\r\n\r\n')]);
}

/** A response as a crawler stores it. */
export function warcResponse(
  uri: string,
  html: string | Buffer,
  headers = 'Content-Type: text/html',
): Buffer {
  const http = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`),
    Buffer.from(html as string),
  ]);
  const fields = { 'WARC-Target-URI': uri, 'Content-Type': 'application/http; msgtype=response' };
  return warcRecord('response', fields, http);
}
