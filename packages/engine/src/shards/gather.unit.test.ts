import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { discardOnError } from '../corpus/jsonl.ts';
import { gatherDocuments } from './gather.ts';
import { openShards } from './open-shards.ts';
import { createShardWriter, type ShardWriter } from './shard-writer.ts';
import { gatherInRanges } from './spill.ts';
import type { TokenFiles } from './token-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'tsudoi-gather-'));
afterAll(() => rmSync(dir, { recursive: true }));
const spill = join(dir, 'spill');

/** Files of documents; token values are drawn from `vocabSize`, so both widths of a token are met. */
const cases = fc
  .record({
    files: fc.array(fc.array(fc.nat(12), { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    vocabSize: fc.constantFrom(8000, 97_024),
    picks: fc.array(fc.nat(), { maxLength: 30 }),
  })
  .filter(({ files }) => files.some((lengths) => lengths.length > 0));

function lay(files: readonly number[][], vocabSize: number) {
  const documents: number[][] = [];
  const first = new Uint32Array(files.length + 1);
  const paths = files.map((lengths, i) => {
    const here = lengths.map((length, k) =>
      Array.from({ length }, (_, t) => (i * 7919 + k * 104_729 + t * 31) % vocabSize),
    );
    documents.push(...here);
    first[i + 1] = documents.length;
    const path = join(dir, `${i}.bin`);
    const tokens = here.flat();
    writeFileSync(path, new Uint8Array((vocabSize < 65_500 ? Uint16Array : Int32Array).from(tokens).buffer));
    return path;
  });
  const before = new Float64Array(documents.length + 1);
  for (const [i, tokens] of documents.entries()) before[i + 1] = before[i] + tokens.length;
  const token: TokenFiles = { paths, first, before, type: vocabSize < 65_500 ? 'uint16' : 'int32' };
  return { token, documents };
}

async function written(vocabSize: number, fill: (writer: ShardWriter) => Promise<void>) {
  const [idx, bin] = [join(dir, 'out.idx'), join(dir, 'out.bin')];
  const writer = createShardWriter(idx, bin, vocabSize);
  await discardOnError([writer], async () => {
    await fill(writer);
    await writer.close();
  });
  const shards = openShards(idx, bin);
  const documents = Array.from({ length: shards.documents }, (_, i) => [...shards.document(i)]);
  shards.close();
  return { documents, bytes: Buffer.concat([readFileSync(idx), readFileSync(bin)]) };
}

describe('documents gathered from files of tokens', () => {
  it('stand in any order that is asked, repeats and all, and the way through ranges gives the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.integer({ min: 1, max: 64 }),
        async ({ files, vocabSize, picks }, rangeBytes) => {
          const { token, documents } = lay(files, vocabSize);
          const order = Uint32Array.from(picks, (pick) => pick % documents.length);
          const direct = await written(vocabSize, (writer) =>
            gatherDocuments(token, order, writer, { spill }),
          );
          expect(direct.documents).toEqual([...order].map((i) => documents[i]));
          const ranged = await written(vocabSize, (writer) =>
            gatherInRanges(token, order, writer, spill, rangeBytes),
          );
          expect(ranged.bytes.equals(direct.bytes)).toBe(true);
          expect(existsSync(spill)).toBe(false);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('go through ranges where the page cache cannot hold them', async () => {
    const { token, documents } = lay([[3, 4], [5]], 8000);
    writeFileSync(spill, 'in the way');
    const gather = (cached: number) =>
      written(8000, (writer) => gatherDocuments(token, Uint32Array.of(2, 0, 1), writer, { spill, cached }));
    await expect(gather(23)).rejects.toThrow(/EEXIST/);
    expect((await gather(24)).documents).toEqual([2, 0, 1].map((i) => documents[i]));
  });

  it('are refused when a file is not as long as its documents', async () => {
    const { token } = lay([[3, 4]], 8000);
    truncateSync(token.paths[0], 12);
    const gather = written(8000, (writer) => gatherDocuments(token, Uint32Array.of(0), writer, { spill }));
    await expect(gather).rejects.toThrow(/holds 12 bytes, its documents 14/);
  });
});
