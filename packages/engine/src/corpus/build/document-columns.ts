import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ManifestCount } from './manifest.ts';

/** One document of a file of tokens; its tokens include the end-of-text token. */
export interface DocumentRow extends Pick<ManifestCount, 'language' | 'source' | 'licence' | 'split'> {
  /** 16 hex digits. */
  id: string;
  characters: number;
  bytes: number;
  tokens: number;
}

/** The documents of one file of tokens, in its order. */
export interface DocumentColumns {
  /** Counts by language, source, licence and split. */
  groups: ManifestCount[];
  ids: BigUint64Array;
  tokens: Int32Array;
  /** Index into `groups`. */
  group: Uint32Array;
}

const HEAD = 16;
const MAGIC = 'TSDOCS01';

export interface ColumnWriter {
  /** @throws RangeError for an id that is not 16 hex digits */
  add(row: DocumentRow): void;
  /** Writes the file: the mark, bytes of the groups and number of documents (uint32), the groups (JSON), then the columns id, tokens and group. */
  close(path: string): void;
}

/** Gathers 16 bytes a document, so that whoever packs reads columns and parses nothing. */
export function createColumnWriter(): ColumnWriter {
  const groups: ManifestCount[] = [];
  const numbers = new Map<string, number>();
  let room = 1024;
  let ids = new BigUint64Array(room);
  let tokens = new Int32Array(room);
  let group = new Uint32Array(room);
  let count = 0;
  const widen = () => {
    room *= 2;
    const wider = [new BigUint64Array(room), new Int32Array(room), new Uint32Array(room)] as const;
    wider[0].set(ids);
    wider[1].set(tokens);
    wider[2].set(group);
    [ids, tokens, group] = wider;
  };
  const groupOf = ({ language, source, licence, split }: DocumentRow): number => {
    const key = JSON.stringify([language, source, licence, split]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, groups.length);
    return (
      groups.push({ language, source, licence, split, documents: 0, characters: 0, bytes: 0, tokens: 0 }) - 1
    );
  };
  return {
    add(row) {
      if (!/^[0-9a-f]{16}$/.test(row.id))
        throw new RangeError(`document id "${row.id}" is not 16 hex digits`);
      if (count === room) widen();
      const number = groupOf(row);
      const counts = groups[number];
      counts.documents += 1;
      for (const name of ['characters', 'bytes', 'tokens'] as const) counts[name] += row[name];
      ids[count] = BigInt(`0x${row.id}`);
      tokens[count] = row.tokens;
      group[count++] = number;
    },
    close(path) {
      const json = Buffer.from(JSON.stringify(groups));
      // Columns begin at a multiple of 8, which typed arrays ask for.
      const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
      json.copy(padded);
      const head = Buffer.alloc(HEAD);
      head.write(MAGIC, 'latin1');
      head.writeUInt32LE(padded.length, 8);
      head.writeUInt32LE(count, 12);
      const columns = [ids, tokens, group].map((column) =>
        Buffer.from(column.buffer, 0, count * column.BYTES_PER_ELEMENT),
      );
      writeFileSync(path, Buffer.concat([head, padded, ...columns]));
    },
  };
}

/** @throws Error with the reason when the file is something else or not whole */
export function readColumns(path: string): DocumentColumns {
  const bytes = readFileSync(path);
  if (bytes.length < HEAD || bytes.toString('latin1', 0, 8) !== MAGIC)
    throw new Error(`${path} is not a table of documents`);
  const [json, count] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  if (bytes.length !== HEAD + json + count * 16) throw new Error(`${path} is cut short`);
  const groups = z.array(ManifestCount).parse(JSON.parse(bytes.toString('utf8', HEAD, HEAD + json)));
  const columns = new Uint8Array(bytes.subarray(HEAD + json)).buffer;
  return {
    groups,
    ids: new BigUint64Array(columns, 0, count),
    tokens: new Int32Array(columns, count * 8, count),
    group: new Uint32Array(columns, count * 12, count),
  };
}

export const idText = (id: bigint) => id.toString(16).padStart(16, '0');
