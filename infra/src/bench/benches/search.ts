import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeJsonlGz } from '@tsudoi/engine/corpus';
import type { CorpusDocument } from '../../../../packages/engine/src/corpus/document.ts';
import { buildIndex } from '../../../../packages/engine/src/corpus/search/build-index.ts';
import { openIndex } from '../../../../packages/engine/src/corpus/search/open-index.ts';
import type { Bench, BenchCase, BenchOptions } from '../bench.ts';
import { japaneseDocuments, sizeOf } from '../corpus/japanese-documents.ts';

const PEER = `SQLite ${process.versions.sqlite} FTS5, trigrams`;
const QUERIES = 200;

export const bench: Bench = {
  about: 'a search index over Japanese manuals: MB/s of one core and milliseconds a query, and SQLite FTS5',
  async *cases({ quick, scratch, progress }: BenchOptions) {
    progress('reading Japanese manuals');
    const documents = await japaneseDocuments((quick ? 2 : 24) * 1e6);
    const path = join(scratch, 'documents.jsonl.gz');
    const writer = writeJsonlGz(path);
    for (const document of documents) await writer.write(document);
    await writer.close();
    const folder = join(scratch, 'index');
    const fts = join(scratch, 'fts.db');
    yield indexing(documents, path, folder, fts);
    yield exactly(documents, folder, fts);
  },
};

async function cpuSeconds(work: () => void | Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

function indexing(documents: CorpusDocument[], path: string, folder: string, fts: string): BenchCase {
  const megabytes = sizeOf(documents) / 1e6;
  return {
    case: `index ${documents.length} documents, ${megabytes.toFixed(1)} MB`,
    peer: PEER,
    unit: 'MB/s of CPU',
    better: 'more',
    must: 1,
    aim: 3,
    async ours() {
      rmSync(folder, { recursive: true, force: true });
      const inputs = [{ path, sha256: 'bench' }];
      return (
        megabytes /
        (await cpuSeconds(async () => void (await buildIndex(folder, inputs, { licenceOf: () => '' }))))
      );
    },
    async theirs() {
      rmSync(fts, { force: true });
      return megabytes / (await cpuSeconds(() => fillTable(fts, documents)));
    },
    verify() {
      const index = openIndex(folder);
      index.close();
      const units = documents.reduce((sum, { text }) => sum + text.length + 1, 0);
      return index.summary.documents === documents.length && index.summary.units === units;
    },
    note: 'Ours reads the corpus as JSONL.gz and writes texts, a suffix array and the lists of BM25; theirs takes texts from memory.',
  };
}

function fillTable(path: string, documents: CorpusDocument[]): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'trigram case_sensitive 1'); BEGIN");
  const insert = database.prepare('INSERT INTO texts (text) VALUES (?)');
  for (const { text } of documents) insert.run(text);
  database.exec('COMMIT');
  database.close();
}

/** Pieces of documents of 8 to 24 units within a line, every one of which stands somewhere, and none more than 10,000 times. */
function piecesOf(documents: CorpusDocument[]): string[] {
  const pieces: string[] = [];
  for (let i = 0; pieces.length < QUERIES; i++) {
    const { text } = documents[(i * 7919) % documents.length] as CorpusDocument;
    const from = (i * 104_729) % text.length;
    const piece = text.slice(from, from + 8 + (i % 17));
    if (piece.length >= 8 && /^[\p{L}\p{N}、。]+$/u.test(piece)) pieces.push(piece);
  }
  return pieces;
}

function exactly(documents: CorpusDocument[], folder: string, fts: string): BenchCase {
  const pieces = piecesOf(documents);
  const index = openIndex(folder);
  const database = new DatabaseSync(fts);
  const count = database.prepare('SELECT count(*) AS n FROM texts WHERE texts MATCH ?');
  let ours: number[] = [];
  let theirs: number[] = [];
  const timed = (work: () => void) => {
    const began = performance.now();
    work();
    return (performance.now() - began) / pieces.length;
  };
  return {
    case: `documents that hold a piece of text verbatim, ${pieces.length} queries`,
    peer: PEER,
    unit: 'ms a query',
    better: 'less',
    must: 1,
    aim: 3,
    ours: () =>
      timed(() => {
        ours = pieces.map((piece) => index.exact(piece).documents);
      }),
    theirs: () =>
      timed(() => {
        theirs = pieces.map((piece) => Number(count.get(`"${piece}"`)?.n));
      }),
    verify: () => ours.every((found, i) => found > 0 && found === theirs[i]),
    note: 'Ours also gives the first ten places with the text around them.',
    close() {
      index.close();
      database.close();
    },
  };
}
