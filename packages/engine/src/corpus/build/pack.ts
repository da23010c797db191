import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Language } from '@tsudoi/schema';
import type { TokenRow } from '../../scale/tasks/tokenize.ts';
import { type TokenType, tokenTypeFor } from '../../shards/megatron-format.ts';
import { openShards, type Shards } from '../../shards/open-shards.ts';
import { permute } from '../../shards/permutation.ts';
import { createShardWriter } from '../../shards/shard-writer.ts';
import { discardOnError, readJsonlGz } from '../jsonl.ts';
import { MixtureError, type MixtureSettings, planMixture } from '../mixing/mixture.ts';
import { selectDocuments } from '../mixing/select.ts';
import { Split } from '../mixing/split.ts';
import type { CorpusManifest, ManifestCount, ManifestShare } from './manifest.ts';

export interface PackResult {
  counts: ManifestCount[];
  mixtures: CorpusManifest['mixtures'];
  shards: CorpusManifest['shards'];
}

/** The folders of the units that the task `tokenize` made. */
export interface PackRequest {
  units: readonly string[];
  mixtures: readonly MixtureSettings[];
  vocabSize: number;
  folder: string;
  progress(line: string): void;
}

/** All documents as columns; a group is one language, source, licence and split. */
interface Table {
  unit: number[];
  /** Where the document begins in the tokens of its unit. */
  start: number[];
  id: string[];
  tokens: number[];
  groups: ManifestCount[];
  /** Documents of each group. */
  members: number[][];
}

/**
 * Writes the shards of every mixture and of the held-out splits from the tokens of the units, and counts everything
 * exactly. Training documents stand in an order that is a permutation by the mixture's seed, computed and not stored;
 * held-out documents group by group, one pair of files a language. Memory: about 100 bytes a document.
 */
export async function packShards(request: PackRequest): Promise<PackResult> {
  const table = await readTable(request.units);
  const opened = request.units.map((unit) => openShards(join(unit, 'tokens.idx'), join(unit, 'tokens.bin')));
  try {
    const type = tokenTypeFor(request.vocabSize);
    const heldOut = await packHeldOut(request, table, opened, type);
    const mixtures: PackResult['mixtures'] = [];
    const shards: PackResult['shards'] = [];
    for (const settings of request.mixtures) {
      const { mixture, shard } = await packMixture(request, table, opened, type, settings);
      mixtures.push(mixture);
      shards.push(shard);
    }
    return { counts: table.groups, mixtures, shards: [...shards, ...heldOut] };
  } finally {
    for (const each of opened) each.close();
  }
}

async function readTable(units: readonly string[]): Promise<Table> {
  const table: Table = { unit: [], start: [], id: [], tokens: [], groups: [], members: [] };
  const numbers = new Map<string, number>();
  for (const [unit, folder] of units.entries()) {
    let start = 0;
    for await (const row of readJsonlGz<TokenRow>(join(folder, 'rows.jsonl.gz'))) {
      const { language, source, licence, split } = row;
      const key = JSON.stringify([language, source, licence, split]);
      const group = numbers.get(key) ?? table.groups.length;
      if (group === table.groups.length) {
        numbers.set(key, group);
        table.members.push([]);
        table.groups.push({
          language,
          source,
          licence,
          split,
          documents: 0,
          characters: 0,
          bytes: 0,
          tokens: 0,
        });
      }
      const counts = table.groups[group];
      table.members[group].push(table.id.length);
      counts.documents += 1;
      for (const name of ['characters', 'bytes', 'tokens'] as const) counts[name] += row[name];
      table.unit.push(unit);
      table.start.push(start);
      table.id.push(row.id);
      table.tokens.push(row.tokens);
      start += row.tokens;
    }
  }
  return table;
}

async function packHeldOut(
  { folder, vocabSize }: PackRequest,
  table: Table,
  opened: Shards[],
  type: TokenType,
) {
  const shards: PackResult['shards'] = [];
  for (const split of Split.options.filter((each) => each !== 'train')) {
    for (const language of Language.options) {
      const isIn = table.groups.map((group) => group.split === split && group.language === language);
      const documents = table.members.filter((_, group) => isIn[group]).flat();
      if (documents.length === 0) continue;
      const name = `${split}-${language}`;
      const at = (i: number) => documents[i];
      const written = await write(join(folder, name), vocabSize, documents.length, at, table, opened);
      shards.push({ mixture: null, split, language, ...filesOf(name), type, ...written });
    }
  }
  return shards;
}

async function packMixture(
  { folder, vocabSize, progress }: PackRequest,
  table: Table,
  opened: Shards[],
  type: TokenType,
  settings: MixtureSettings,
) {
  const training = table.groups.flatMap((group, i) => (group.split === 'train' ? [i] : []));
  if (training.length === 0) throw new MixtureError('no document is in the training split');
  const wanted = planMixture(
    training.map((i) => table.groups[i]),
    settings,
  );
  const entries: number[] = [];
  const shares = takeAll(table, training, wanted, settings, entries);
  if (entries.length === 0)
    throw new MixtureError(`mixture ${settings.name}: no document is small enough for its budget`);
  progress(`mixture ${settings.name}: ${entries.length} documents`);
  const name = `${settings.name}/train`;
  const at = (i: number) => entries[permute(i, entries.length, settings.seed, 0)];
  const written = await write(join(folder, name), vocabSize, entries.length, at, table, opened);
  const { seed, tokens: budget } = settings;
  return {
    mixture: { name: settings.name, seed, budget, ...written, shares },
    shard: {
      ...{ mixture: settings.name, split: 'train' as const, language: null },
      ...{ ...filesOf(name), type, ...written },
    },
  };
}

/**
 * Takes every group. Whole documents seldom sum to what is wanted, so what a group leaves over goes to the next of its
 * language, those with the longest documents first: a language misses its share by less than one short document.
 */
function takeAll(
  table: Table,
  training: readonly number[],
  wanted: readonly number[],
  { seed, epochs }: MixtureSettings,
  entries: number[],
): ManifestShare[] {
  const longest = (number: number) =>
    table.members[number].reduce((most, member) => Math.max(most, table.tokens[member]), 0);
  const order = training.map((number, at) => ({ number, at, longest: longest(number) }));
  order.sort((a, b) => b.longest - a.longest || a.at - b.at);
  const left = new Map<Language, number>();
  const shares: ManifestShare[] = [];
  for (const { number, at } of order) {
    const { language, source, tokens } = table.groups[number];
    const most = wanted[at] === 0 ? 0 : Math.floor(tokens * (epochs[source] ?? 1));
    const aim = Math.min(most, wanted[at] + (left.get(language) ?? 0));
    const share = takeGroup(table, number, aim, seed, entries);
    left.set(language, (left.get(language) ?? 0) + wanted[at] - share.tokens);
    shares[at] = { ...share, wanted: wanted[at] };
  }
  return shares;
}

/** Adds the documents of a group to `entries`, each as often as it is taken. */
function takeGroup(
  table: Table,
  number: number,
  wanted: number,
  seed: number,
  entries: number[],
): Omit<ManifestShare, 'wanted'> {
  const group = table.groups[number];
  const members = table.members[number];
  const tokensOf = members.map((i) => table.tokens[i]);
  const repeats = selectDocuments(
    members.map((i) => table.id[i]),
    tokensOf,
    wanted,
    seed,
  );
  let [documents, tokens] = [0, 0];
  for (const [at, member] of members.entries()) {
    documents += repeats[at];
    tokens += repeats[at] * tokensOf[at];
    for (let i = 0; i < repeats[at]; i++) entries.push(member);
  }
  const { language, source, licence, tokens: available } = group;
  const epochs = available === 0 ? 0 : Number((tokens / available).toFixed(4));
  return { language, source, licence, available, documents, tokens, epochs };
}

async function write(
  path: string,
  vocabSize: number,
  count: number,
  at: (i: number) => number,
  table: Table,
  opened: readonly Shards[],
): Promise<{ documents: number; tokens: number }> {
  mkdirSync(dirname(path), { recursive: true });
  const writer = createShardWriter(`${path}.idx`, `${path}.bin`, vocabSize);
  let room = new Int32Array(1 << 16);
  return discardOnError([writer], async () => {
    for (let i = 0; i < count; i++) {
      const document = at(i);
      const length = table.tokens[document];
      if (length > room.length) room = new Int32Array(2 * length);
      const tokens = room.subarray(0, length);
      opened[table.unit[document]].read(table.start[document], tokens);
      await writer.add(tokens);
    }
    return writer.close();
  });
}

const filesOf = (name: string) => ({ bin: `shards/${name}.bin`, idx: `shards/${name}.idx` });
