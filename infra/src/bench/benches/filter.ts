import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FilterRule } from '@tsudoi/schema';
import type { CorpusDocument } from '../../../../packages/engine/src/corpus/document.ts';
import { compileCascade } from '../../../../packages/engine/src/corpus/filters/cascade.ts';
import { filterPresets } from '../../../../packages/engine/src/corpus/filters/presets.ts';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { cpuSeconds } from '../corpus/cpu.ts';
import { japaneseDocuments, sizeOf } from '../corpus/japanese-documents.ts';
import { type PythonPeer, pythonPeer } from '../peers/python.ts';

const PEER = 'HojiChar 0.18.1';
/** Bytes through memory at this machine's rate are far above; zlib level 9 over all text is what bounds the exact cascade. */
const NOTE = 'every rule of v1 normal as published, zlib level 9 over whole documents among them';

export const bench: Bench = {
  about: 'the v1 normal cascade over Japanese manuals, MB/s of one core, and HojiChar on the rules both have',
  async *cases({ quick, scratch, progress }: BenchOptions) {
    progress('reading Japanese manuals');
    const documents = await japaneseDocuments((quick ? 2 : 8) * 1e6);
    const rules = filterPresets['v1-normal'] as FilterRule[];
    yield absolute('v1 normal, all documents', documents, rules);
    const cascade = compileCascade(rules);
    const kept = documents.filter((document) => cascade.run(document).failure === null);
    yield absolute('v1 normal, only documents that pass every rule', kept, rules);
    yield* againstHojiChar(documents, scratch);
  },
};

function absolute(name: string, documents: CorpusDocument[], rules: FilterRule[]): BenchCase {
  const cascade = compileCascade(rules);
  let failures: string[] = [];
  const run = () => {
    failures = documents.map((document) => `${cascade.run(document).failure?.index ?? -1}`);
  };
  return {
    case: `${name} (${documents.length}, ${(sizeOf(documents) / 1e6).toFixed(1)} MB)`,
    peer: null,
    unit: 'MB/s',
    better: 'more',
    ours: () => sizeOf(documents) / 1e6 / cpuSeconds(run),
    // Each rule alone, on the text that the rules before it left, comes to the same first failure.
    verify: () => documents.every((document, i) => failures[i] === `${firstAlone(document, rules)}`),
    must: 20,
    aim: 60,
    note: NOTE,
  };
}

function firstAlone(document: CorpusDocument, rules: FilterRule[]): number {
  let current = document;
  for (const [index, rule] of rules.entries()) {
    const result = compileCascade([rule]).run(current);
    if (result.failure) return index;
    current = result.document;
  }
  return -1;
}

async function* againstHojiChar(documents: CorpusDocument[], scratch: string): AsyncGenerator<BenchCase> {
  // Everyday words, so that both sides have hits to count; one is katakana, since HojiChar's pattern matches everywhere without any.
  const lists = {
    'ads-ja': ['送料無料', '期間限定', '割引', '詳細', '登録', '購入'],
    'adult-ja': ['危険', '違反', '禁句', 'ガイド'],
  };
  const paths = {
    documents: join(scratch, 'documents.jsonl'),
    ads: join(scratch, 'ads.txt'),
    adult: join(scratch, 'adult.txt'),
  };
  writeFileSync(paths.documents, `${documents.map(({ text }) => JSON.stringify({ text })).join('\n')}\n`);
  writeFileSync(paths.ads, `${lists['ads-ja'].join('\n')}\n`);
  writeFileSync(paths.adult, `${lists['adult-ja'].join('\n')}\n`);
  for (const mask of [false, true]) {
    const peer = await pythonPeer(join(import.meta.dirname, '../corpus/hojichar_filters.py'), [
      'hojichar==0.18.1',
    ]);
    await peer.call('load', { ...paths, mask });
    yield shared(documents, lists, mask, peer);
  }
}

function shared(
  documents: CorpusDocument[],
  lists: Record<string, string[]>,
  mask: boolean,
  peer: PythonPeer,
): BenchCase {
  const rules: FilterRule[] = [
    { filter: 'ja-kana-position', params: { max: 49 } },
    { filter: 'ng-words', params: { max: 10 }, list: 'ads-ja' },
    { filter: 'ng-words', params: { max: 0 }, list: 'adult-ja' },
    { filter: 'ja-kuten-interval', params: { max: 250 } },
    ...(mask ? [{ filter: 'edit-mask-pii', params: {} }] : []),
  ];
  const cascade = compileCascade(rules, { lists });
  const megabytes = sizeOf(documents) / 1e6;
  let ours: number[] = [];
  let theirs: number[] = [];
  return {
    case: `kana, two word lists, kuten interval${mask ? ', personal data masked' : ''}`,
    peer: PEER,
    unit: 'MB/s',
    better: 'more',
    ours: () =>
      megabytes /
      cpuSeconds(() => {
        ours = documents.map((document) => (cascade.run(document).failure ? 0 : 1));
      }),
    theirs: async () => {
      const { seconds, kept } = await peer.call<{ seconds: number; kept: number[] }>('run');
      theirs = kept;
      return megabytes / seconds;
    },
    verify: () => ours.length === theirs.length && ours.every((kept, i) => kept === theirs[i]),
    must: 1,
    aim: 5,
    note: () => `${ours.reduce((a, b) => a + b, 0)} of ${documents.length} documents kept by both`,
    close: () => peer.close(),
  };
}
