import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';

/**
 * Puts one file to a signed address in a stream, as a worker does, in a process of its own so that it can be killed in
 * the middle. Arguments: the address, the path.
 */
const [url, path] = process.argv.slice(2);
const request: RequestInit & { duplex: 'half' } = {
  method: 'PUT',
  headers: { 'content-type': 'application/gzip', 'content-length': String(statSync(path).size) },
  body: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
  duplex: 'half',
};
const response = await fetch(url, request);
process.exitCode = response.ok ? 0 : 1;
