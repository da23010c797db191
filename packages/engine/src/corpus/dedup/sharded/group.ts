import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { estimateJaccard } from '../bands.ts';
import { type ClusterMember, clustersFile, largestClusters } from '../clusters-file.ts';
import type { Cluster } from '../deduplicator.ts';
import { type Candidates, type DocumentTable, resolveDuplicates, Scope } from '../resolve.ts';
import { bandsFile, documentsFile, type RemovedRow, removedFile, writeRemoved } from './tables.ts';

export interface GroupOptions {
  /** Where `signShard` left the tables of a shard. */
  readonly tables: (shard: number) => string;
  /** Where the lists of removed documents go. */
  readonly out: string;
  /** Documents of each shard, in the order of the shards. */
  readonly documents: readonly number[];
  readonly buckets: number;
  /** For what does not fit into memory. */
  readonly scratch: string;
  readonly memory: { readonly gigabytes: number };
  readonly threads: number;
  /** Ends the query that runs, too: a thread that is ended inside one takes the whole process with it. */
  readonly signal?: AbortSignal;
  progress?(fraction: number): void;
}

export interface GroupResult {
  readonly total: number;
  readonly kept: number;
  readonly removedInSource: number;
  readonly removedAcross: number;
  readonly clusters: number;
  /** How many clusters there are of each size. */
  readonly sizes: Readonly<Record<number, number>>;
}

/**
 * Second step, the only one that sees all shards: DuckDB groups the band tables (and spills to `scratch`), union-find
 * over typed arrays joins the pairs, each shard gets the list of its removed documents, and clusters.json shows the
 * largest clusters. Equal inputs give equal files whatever the number of threads. Memory outside DuckDB: about 30 bytes a document.
 */
export async function groupShards(options: GroupOptions): Promise<GroupResult> {
  const { signal } = options;
  const instance = await createDatabase(options);
  const database = await instance.connect();
  const interrupt = () => database.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    await describeTables(database, options);
    const table = await readDocuments(database, options);
    const report = createReport(options, table.count);
    const { keeper, scope } = await resolveDuplicates(
      table,
      candidates(database, options, true, report),
      candidates(database, options, false, report),
    );
    await writeRemovedLists(database, options, table, keeper, scope);
    const result = summarise(keeper, scope);
    await writeClusters(database, options, result, largestClusters(keeper));
    return result;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    database.closeSync();
    instance.closeSync(); // its memory is given back now, and not when the object happens to be collected
  }
}

function createDatabase({ scratch, memory, threads }: GroupOptions): Promise<DuckDBInstance> {
  mkdirSync(scratch, { recursive: true });
  return DuckDBInstance.create(':memory:', {
    memory_limit: `${memory.gigabytes}GB`,
    threads: String(threads),
    temp_directory: scratch,
    preserve_insertion_order: 'false',
  });
}

/** The tables of all shards as one, their documents numbered through. */
async function describeTables(
  database: DuckDBConnection,
  { tables, documents }: GroupOptions,
): Promise<void> {
  const bases = offsets(documents);
  await database.run('CREATE TABLE shards (shard INTEGER, base UINTEGER)');
  const values = documents.map((_, shard) => `(${shard}, ${bases[shard]})`).join(',');
  if (values !== '') await database.run(`INSERT INTO shards VALUES ${values}`);
  const files = (name: typeof bandsFile) =>
    `[${documents.map((_, shard) => quote(name(tables(shard), shard))).join(',')}]`;
  await database.run(`CREATE VIEW bands AS SELECT b.*, (base + doc)::UINTEGER AS number
    FROM read_parquet(${files(bandsFile)}) b JOIN shards USING (shard)`);
  await database.run(`CREATE VIEW documents AS SELECT d.*, (base + doc)::UINTEGER AS number
    FROM read_parquet(${files(documentsFile)}) d JOIN shards USING (shard)`);
  await database.run('CREATE TABLE dead (number UINTEGER)');
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Number of the first document of each shard. */
function offsets(documents: readonly number[]): number[] {
  const bases: number[] = [];
  let base = 0;
  for (const count of documents) {
    bases.push(base);
    base += count;
  }
  return bases;
}

async function readDocuments(
  database: DuckDBConnection,
  { documents, signal }: GroupOptions,
): Promise<DocumentTable> {
  const count = documents.reduce((sum, each) => sum + each, 0);
  const length = new Uint32Array(count);
  const id = new BigUint64Array(count);
  const source = new Uint32Array(count);
  const halves = new Uint32Array(id.buffer);
  let seen = 0;
  await forEachChunk(
    database,
    'SELECT number, length, id_high, id_low, source_key FROM documents',
    ([numbers, lengths, highs, lows, sources]) => {
      for (let i = 0; i < numbers.length; i++) {
        const n = numbers[i];
        length[n] = lengths[i];
        halves[2 * n + 1] = highs[i];
        halves[2 * n] = lows[i];
        source[n] = sources[i];
      }
      seen += numbers.length;
    },
    signal,
  );
  if (seen !== count)
    throw new Error(`the document tables hold ${seen} rows, but ${count} documents were signed`);
  return { count, length, id, source };
}

/** Every document with the first one that has the same text, then band by band with the first that has the same key. */
function candidates(
  database: DuckDBConnection,
  { buckets, signal }: GroupOptions,
  inSource: boolean,
  report: () => void,
): Candidates {
  const pairs = (from: string, key: string, where: string) =>
    `SELECT number, first FROM (
       SELECT number, min(number) OVER (PARTITION BY ${key}${inSource ? ', source_key' : ''}) AS first
       FROM ${from} WHERE ${where} AND number NOT IN (SELECT number FROM dead)
     ) WHERE number <> first`;
  return async (same, alive) => {
    if (alive) await markDead(database, alive);
    const join = ([numbers, firsts]: number[][]) => {
      for (let i = 0; i < numbers.length; i++) same(firsts[i], numbers[i]);
    };
    await forEachChunk(database, pairs('documents', 'id_high, id_low', 'true'), join, signal);
    for (let band = 0; band < buckets; band++) {
      await forEachChunk(database, pairs('bands', 'key_high, key_low', `band = ${band}`), join, signal);
      report();
    }
  };
}

async function markDead(database: DuckDBConnection, alive: Uint8Array): Promise<void> {
  await database.run('DELETE FROM dead');
  const appender = await database.createAppender('dead');
  for (let number = 0; number < alive.length; number++) {
    if (alive[number] !== 0) continue;
    appender.appendUInteger(number);
    appender.endRow();
  }
  appender.closeSync();
}

async function forEachChunk(
  database: DuckDBConnection,
  sql: string,
  use: (columns: number[][]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const result = await database.stream(sql);
  for (;;) {
    signal?.throwIfAborted();
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    use(chunk.getColumns() as number[][]);
  }
}

async function writeRemovedLists(
  database: DuckDBConnection,
  { out, documents }: GroupOptions,
  table: DocumentTable,
  keeper: Uint32Array,
  scope: Uint8Array,
): Promise<void> {
  const bases = offsets(documents);
  await database.run('CREATE TABLE removed (shard INTEGER, doc INTEGER, number UINTEGER, keeper UINTEGER)');
  const appender = await database.createAppender('removed');
  documents.forEach((count, shard) => {
    for (let doc = 0; doc < count; doc++) {
      const number = bases[shard] + doc;
      if (keeper[number] === number) continue;
      appender.appendInteger(shard);
      appender.appendInteger(doc);
      appender.appendUInteger(number);
      appender.appendUInteger(keeper[number]);
      appender.endRow();
    }
  });
  appender.closeSync();
  for (let shard = 0; shard < documents.length; shard++) {
    const result = await database.runAndReadAll(
      `SELECT r.number, r.doc, k.shard, k.doc, k.id, k.path, r.keeper, own.sketch, k.sketch
       FROM removed r JOIN documents own ON own.number = r.number JOIN documents k ON k.number = r.keeper
       WHERE r.shard = ${shard} ORDER BY r.doc`,
    );
    const rows = result.getRows().map((row): RemovedRow => {
      const [number, doc, keptShard, keptDoc, keptId, keptPath, keptNumber, sketch, keptSketch] = row as [
        ...[number, number, number, number, string, string, number, Blob, Blob],
      ];
      const exact = table.id[number] === table.id[keptNumber];
      return {
        ...{ doc, keptShard, keptDoc, keptId, keptPath },
        reason: exact ? 'exact' : 'near',
        scope: scope[number] === Scope.source ? 'source' : 'across',
        jaccardEstimate: exact ? 1 : estimateJaccard(sketch.bytes, keptSketch.bytes),
      };
    });
    await writeRemoved(removedFile(out, shard), rows);
  }
}

async function writeClusters(
  database: DuckDBConnection,
  { out }: GroupOptions,
  { total: documents, clusters, sizes }: GroupResult,
  largest: readonly Cluster[],
): Promise<void> {
  await database.run('CREATE TABLE listed (number UINTEGER)');
  const appender = await database.createAppender('listed');
  for (const number of largest.flatMap(({ members }) => members)) {
    appender.appendUInteger(number);
    appender.endRow();
  }
  appender.closeSync();
  const names = new Map<number, ClusterMember>();
  const rows = await database.runAndReadAll(
    'SELECT number, id, path, source FROM documents SEMI JOIN listed USING (number)',
  );
  for (const [number, id, path, sourceId] of rows.getRows() as [number, string, string, string][])
    names.set(number, { id, path, sourceId });
  const member = (number: number) => names.get(number) as ClusterMember;
  await writeFile(join(out, 'clusters.json'), clustersFile({ documents, clusters, sizes }, largest, member));
}

interface Blob {
  readonly bytes: Uint8Array;
}

function createReport({ buckets, progress }: GroupOptions, count: number): () => void {
  let done = 0;
  return () => {
    done += 1;
    progress?.(count === 0 ? 1 : done / (2 * buckets));
  };
}

function summarise(keeper: Uint32Array, scope: Uint8Array): GroupResult {
  const size = new Map<number, number>();
  const removed = { [Scope.source]: 0, [Scope.across]: 0, [Scope.kept]: 0 };
  for (let i = 0; i < keeper.length; i++) {
    removed[scope[i] as 0 | 1 | 2] += 1;
    if (keeper[i] !== i) size.set(keeper[i], (size.get(keeper[i]) ?? 1) + 1);
  }
  const sizes: Record<number, number> = {};
  for (const each of size.values()) sizes[each] = (sizes[each] ?? 0) + 1;
  return {
    total: keeper.length,
    kept: removed[Scope.kept],
    removedInSource: removed[Scope.source],
    removedAcross: removed[Scope.across],
    clusters: size.size,
    sizes,
  };
}
