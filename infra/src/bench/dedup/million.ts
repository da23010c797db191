// Run as a process of its own, so that its peak memory is that of deduplication alone.
// Arguments: documents, shards, folder. Prints one JSON object.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyShard, groupShards, signShard } from '@tsudoi/engine/corpus';
import { numbers } from './planted.ts';

const [documents, shards, folder] = [
  Number(process.argv[2]),
  Number(process.argv[3]),
  process.argv[4] as string,
];
const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
/** Of ten documents, one is an edited copy of the one before it and one an exact copy. */
const COPIES = { edited: 4, exact: 9 };

/** Japanese-looking text of 150 to 450 characters (450 to 1,350 bytes) that is a function of its number. */
function textOf(number: number): string {
  const next = numbers(number);
  const length = 150 + (next() % 300);
  const units = new Uint16Array(length);
  for (let i = 0; i < length; i++) units[i] = i % 3 === 2 ? 0x3042 + (next() % 82) : 0x4e00 + (next() % 3000);
  return String.fromCharCode(...units);
}

function* shardOf(shard: number) {
  for (let number = shard; number < documents; number += shards) {
    const kind = Math.floor(number / shards) % 10;
    const copied = kind === COPIES.edited || kind === COPIES.exact ? number - shards : number;
    const body = kind === COPIES.edited ? `${textOf(copied)}以上` : textOf(copied);
    const id = numbers(kind === COPIES.edited ? number ^ 0x5a5a5a5a : copied)()
      .toString(16)
      .padStart(8, '0');
    yield {
      text: body,
      meta: {
        ...{
          id: `${id}${copied.toString(16).padStart(8, '0')}`,
          sourceId: `s${number % 7}`,
          path: `${number}`,
        },
        ...{ language: 'ja' as const, format: 'text' as const, package: 'p', version: '1' },
      },
    };
  }
}

/** CPU seconds that making all texts once costs; it happens twice below and is taken off. */
function costOfMaking(): number {
  const before = process.cpuUsage();
  let characters = 0;
  for (let shard = 0; shard < shards; shard++)
    for (const { text } of shardOf(shard)) characters += text.length;
  const after = process.cpuUsage(before);
  if (characters === 0) throw new Error('no text was made');
  return (after.user + after.system) / 1e6;
}

mkdirSync(folder, { recursive: true });
const making = costOfMaking();
const began = process.cpuUsage();
const counts: number[] = [];
let bytes = 0;
for (let shard = 0; shard < shards; shard++) {
  const signed = await signShard(shardOf(shard), { folder, shard, settings });
  counts.push(signed.documents);
  bytes += signed.bytes;
}
const group = await groupShards({
  ...{
    tables: () => folder,
    out: folder,
    documents: counts,
    buckets: settings.buckets,
    scratch: join(folder, 'scratch'),
  },
  ...{ memory: { gigabytes: 1.5 }, threads: 1 },
});
let kept = 0;
for (let shard = 0; shard < shards; shard++)
  for await (const one of applyShard(shardOf(shard), { folder, shard })) if ('kept' in one) kept += 1;
const used = process.cpuUsage(began);
const expected = Array.from({ length: documents }, (_, number) => Math.floor(number / shards) % 10).filter(
  (kind) => kind !== COPIES.edited && kind !== COPIES.exact,
).length;
process.stdout.write(
  `${JSON.stringify({
    ...{ documents, bytes, kept, expected, resultKept: group.kept },
    cpuSeconds: (used.user + used.system) / 1e6 - 2 * making,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  })}\n`,
);
