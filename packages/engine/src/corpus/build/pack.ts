import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Language } from '@tsudoi/schema';
import { gatherDocuments } from '../../shards/gather.ts';
import { type TokenType, tokenTypeFor } from '../../shards/megatron-format.ts';
import { permute } from '../../shards/permutation.ts';
import { createShardWriter } from '../../shards/shard-writer.ts';
import type { TokenFiles } from '../../shards/token-files.ts';
import { discardOnError } from '../jsonl.ts';
import { MixtureError, type MixtureSettings, planMixture } from '../mixing/mixture.ts';
import { selectDocuments } from '../mixing/select.ts';
import { Split } from '../mixing/split.ts';
import { idText, readColumns } from './document-columns.ts';
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
  /** Bytes of tokens that the page cache holds (`GatherOptions`). */
  cached?: number;
  progress(line: string): void;
}

/** All documents as columns; a group is one language, source, licence and split. */
interface Table {
  files: TokenFiles;
  ids: BigUint64Array;
  tokens: Int32Array;
  groups: ManifestCount[];
  /** Documents of each group. */
  members: Uint32Array[];
}

/**
 * Writes the shards of every mixture and of the held-out splits from the tokens of the units, and counts everything
 * exactly. Training documents stand in an order that is a permutation by the mixture's seed, computed and not stored;
 * held-out documents group by group, one pair of files a language. Memory: about 40 bytes a document.
 */
export async function packShards(request: PackRequest): Promise<PackResult> {
  const type = tokenTypeFor(request.vocabSize);
  const table = readTable(request.units, type);
  const heldOut = await packHeldOut(request, table, type);
  const mixtures: PackResult['mixtures'] = [];
  const shards: PackResult['shards'] = [];
  for (const settings of request.mixtures) {
    const { mixture, shard } = await packMixture(request, table, type, settings);
    mixtures.push(mixture);
    shards.push(shard);
  }
  return { counts: table.groups, mixtures, shards: [...shards, ...heldOut] };
}

function readTable(units: readonly string[], type: TokenType): Table {
  const columns = units.map((unit) => readColumns(join(unit, 'documents.col')));
  const first = new Uint32Array(units.length + 1);
  for (const [unit, { tokens }] of columns.entries()) first[unit + 1] = first[unit] + tokens.length;
  const documents = first[units.length];
  const ids = new BigUint64Array(documents);
  const tokens = new Int32Array(documents);
  const before = new Float64Array(documents + 1);
  const { groups, numbers } = mergeGroups(columns);
  const members = groups.map((group) => new Uint32Array(group.documents));
  const filled = new Uint32Array(groups.length);
  for (const [unit, column] of columns.entries()) {
    ids.set(column.ids, first[unit]);
    tokens.set(column.tokens, first[unit]);
    const numbersHere = numbers[unit];
    for (let i = 0; i < column.group.length; i++) {
      const group = numbersHere[column.group[i]];
      members[group][filled[group]++] = first[unit] + i;
    }
  }
  for (let i = 0; i < documents; i++) before[i + 1] = before[i] + tokens[i];
  const paths = units.map((unit) => join(unit, 'tokens.bin'));
  return { files: { paths, first, before, type }, ids, tokens, groups, members };
}

/** The groups of all units in the order in which they are met, and for each unit where its groups went. */
function mergeGroups(columns: readonly { groups: ManifestCount[] }[]) {
  const groups: ManifestCount[] = [];
  const known = new Map<string, number>();
  const numbers = columns.map((column) =>
    column.groups.map((counts) => {
      const key = JSON.stringify([counts.language, counts.source, counts.licence, counts.split]);
      const number = known.get(key);
      if (number === undefined) {
        known.set(key, groups.length);
        return groups.push({ ...counts }) - 1;
      }
      const sum = groups[number];
      for (const name of ['documents', 'characters', 'bytes', 'tokens'] as const) sum[name] += counts[name];
      return number;
    }),
  );
  return { groups, numbers };
}

async function packHeldOut(request: PackRequest, table: Table, type: TokenType) {
  const shards: PackResult['shards'] = [];
  for (const split of Split.options.filter((each) => each !== 'train')) {
    for (const language of Language.options) {
      const isIn = table.groups.map((group) => group.split === split && group.language === language);
      const order = joined(table.members.filter((_, group) => isIn[group]));
      if (order.length === 0) continue;
      const name = `${split}-${language}`;
      const written = await write(request, name, order, table);
      shards.push({ mixture: null, split, language, ...filesOf(name), type, ...written });
    }
  }
  return shards;
}

async function packMixture(request: PackRequest, table: Table, type: TokenType, settings: MixtureSettings) {
  const training = table.groups.flatMap((group, i) => (group.split === 'train' ? [i] : []));
  if (training.length === 0) throw new MixtureError('no document is in the training split');
  const wanted = planMixture(
    training.map((i) => table.groups[i]),
    settings,
  );
  const taken: Uint32Array[] = [];
  const shares = takeAll(table, training, wanted, settings, taken);
  const entries = joined(taken);
  if (entries.length === 0)
    throw new MixtureError(`mixture ${settings.name}: no document is small enough for its budget`);
  request.progress(`mixture ${settings.name}: ${entries.length} documents`);
  const name = `${settings.name}/train`;
  const order = entries.map((_, i) => entries[permute(i, entries.length, settings.seed, 0)]);
  const written = await write(request, name, order, table);
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
  taken: Uint32Array[],
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
    const share = takeGroup(table, number, aim, seed, taken);
    left.set(language, (left.get(language) ?? 0) + wanted[at] - share.tokens);
    shares[at] = { ...share, wanted: wanted[at] };
  }
  return shares;
}

/** Adds the documents of a group to those that are taken, each as often as it is. */
function takeGroup(
  table: Table,
  number: number,
  wanted: number,
  seed: number,
  taken: Uint32Array[],
): Omit<ManifestShare, 'wanted'> {
  const group = table.groups[number];
  const members = table.members[number];
  const tokensOf = Int32Array.from(members, (i) => table.tokens[i]);
  const repeats = selectDocuments((i) => idText(table.ids[members[i]]), tokensOf, wanted, seed);
  let [documents, tokens] = [0, 0];
  for (let i = 0; i < members.length; i++) {
    documents += repeats[i];
    tokens += repeats[i] * tokensOf[i];
  }
  const entries = new Uint32Array(documents);
  let filled = 0;
  for (let i = 0; i < members.length; i++) {
    entries.fill(members[i], filled, filled + repeats[i]);
    filled += repeats[i];
  }
  taken.push(entries);
  const { language, source, licence, tokens: available } = group;
  const epochs = available === 0 ? 0 : Number((tokens / available).toFixed(4));
  return { language, source, licence, available, documents, tokens, epochs };
}

/** Writes `NAME.bin` and `NAME.idx` with the documents in this order. */
async function write(
  { folder, vocabSize, cached }: PackRequest,
  name: string,
  order: Uint32Array,
  { files }: Table,
): Promise<{ documents: number; tokens: number }> {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const writer = createShardWriter(`${path}.idx`, `${path}.bin`, vocabSize);
  return discardOnError([writer], async () => {
    await gatherDocuments(files, order, writer, { spill: `${path}.spill`, cached });
    return writer.close();
  });
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const filesOf = (name: string) => ({ bin: `shards/${name}.bin`, idx: `shards/${name}.idx` });
