import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CorpusDocument, documentId } from '../../document.ts';
import { createDeduplicator } from '../deduplicator.ts';
import { avalanche } from '../shingles.ts';
import { applyShard } from './apply.ts';
import { groupShards } from './group.ts';
import { signShard } from './sign.ts';
import { removedFile } from './tables.ts';

const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsudoi-sharded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Families of five: the text itself, a copy, an edited copy, a longer one, and one of another family's words. */
function corpus(families: number): CorpusDocument[] {
  const words = (family: number, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `w${avalanche(family * 1009 + from + i).toString(36)}`)
      .join(' ')
      .replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] as string);
  return Array.from({ length: families }, (_, family) => [
    words(family, 0, 120),
    words(family, 0, 120),
    `${words(family, 0, 118)} edited here`,
    `${words(family, 0, 120)} and then some more`,
    words(family + 10_000, 0, 60),
  ]).flatMap((texts, family) =>
    texts.map((text, i) => ({
      text,
      meta: {
        ...{
          id: documentId(text),
          sourceId: `s${(family + i) % 3}`,
          path: `${family}/${i}`,
          language: 'en' as const,
        },
        ...{ format: 'text' as const, package: 'p', version: '1' },
      },
    })),
  );
}

async function dedupIn(shards: CorpusDocument[][], name: string, threads: number) {
  const options = { folder: join(folder, name), settings };
  const { mkdirSync } = await import('node:fs');
  mkdirSync(options.folder);
  const documents: number[] = [];
  for (const [shard, each] of shards.entries())
    documents.push((await signShard(each, { ...options, shard })).documents);
  const group = {
    documents,
    buckets: 20,
    scratch: join(folder, 'scratch'),
    memory: { gigabytes: 1 },
    threads,
  };
  const result = await groupShards({ tables: () => options.folder, out: options.folder, ...group });
  const kept: string[] = [];
  const removed: string[] = [];
  for (const [shard, each] of shards.entries()) {
    for await (const one of applyShard(each, { folder: options.folder, shard })) {
      if ('kept' in one) kept.push(one.kept.meta.path);
      else
        removed.push(
          `${one.removed.document.meta.path} ${one.removed.scope} ${one.removed.reason} ${one.removed.keptPath}`,
        );
    }
  }
  const lists = shards.map((_, shard) => readFileSync(removedFile(options.folder, shard)));
  return { result, kept, removed, lists };
}

const split = <T>(items: T[], parts: number) => {
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, i) => items.slice(i * size, (i + 1) * size));
};

describe('deduplication over shards', () => {
  it('keeps and removes the same documents as in one process, for 1 shard and for 8', async () => {
    const all = corpus(120);
    const memory = createDeduplicator(settings);
    all.forEach(memory.add);
    const { decisions, members } = await memory.decide();
    const expected = decisions.flatMap((d, i) =>
      d.kept ? [] : [`${members[i].path} ${d.scope} ${d.reason} ${members[d.keptIndex].path}`],
    );
    expect(expected.length).toBeGreaterThan(250);
    const one = await dedupIn([all], 'one', 1);
    const eight = await dedupIn(split(all, 8), 'eight', 2);
    expect(one.removed).toEqual(expected);
    expect(eight.removed).toEqual(expected);
    expect(eight.kept).toEqual(one.kept);
    expect(eight.kept.length + eight.removed.length).toBe(all.length);
    expect(eight.result).toEqual(one.result);
    expect(one.result.total).toBe(one.result.kept + one.result.removedInSource + one.result.removedAcross);
  });

  it('writes the same bytes when it runs again, with another number of threads', async () => {
    const shards = split(corpus(40), 3);
    const first = await dedupIn(shards, 'first', 1);
    const second = await dedupIn(shards, 'second', 2);
    expect(second.lists.map((list) => list.toString('hex'))).toEqual(
      first.lists.map((list) => list.toString('hex')),
    );
  });

  it('refuses tables that hold another number of documents than were signed', async () => {
    const shards = split(corpus(4), 2);
    for (const [shard, each] of shards.entries()) await signShard(each, { folder, shard, settings });
    const wrong = { documents: [10, 9], buckets: 20, scratch: folder, memory: { gigabytes: 1 }, threads: 1 };
    await expect(groupShards({ tables: () => folder, out: folder, ...wrong })).rejects.toThrow(
      'hold 20 rows, but 19 documents',
    );
  });

  it('stops with the reason of its signal at the next query', async () => {
    const shards = split(corpus(4), 2);
    for (const [shard, each] of shards.entries()) await signShard(each, { folder, shard, settings });
    const options = {
      documents: [10, 10],
      buckets: 20,
      scratch: folder,
      memory: { gigabytes: 1 },
      threads: 1,
    };
    for (const moment of [-1, 0, 7]) {
      const stop = new AbortController();
      let reports = 0;
      const tables = () => {
        if (moment < 0) stop.abort(new Error('the lease was lost'));
        return folder;
      };
      const progress = () => {
        if (reports++ === moment) stop.abort(new Error('the lease was lost'));
      };
      const grouping = groupShards({ ...options, tables, out: folder, signal: stop.signal, progress });
      await expect(grouping).rejects.toThrow('the lease was lost');
      expect(reports).toBe(moment + 1);
    }
  });

  it('takes empty shards', async () => {
    const { result } = await dedupIn([[], corpus(1), []], 'empty', 1);
    expect(result.total).toBe(5);
  });
});
