import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { createColumnWriter } from '../../corpus/build/document-columns.ts';
import type { CorpusDocument } from '../../corpus/document.ts';
import { discardOnError, readJsonlGz } from '../../corpus/jsonl.ts';
import { createShardWriter } from '../../shards/shard-writer.ts';
import { createTokenizer, decodeTokenizerJson } from '../../tokenizer/index.ts';
import { PlanError } from '../plan-error.ts';
import type { Task } from '../task.ts';
import { PinnedFile, readPinned } from './pinned-file.ts';

const Settings = z.strictObject({
  /** A tokenizer.json. */
  tokenizer: PinnedFile,
  /** SPDX expression by source, for documents that name none. */
  licences: z.record(z.string(), z.string()),
});

/** Tokens of one file of documents: tokens.bin/.idx with one sequence a document, and documents.col beside it. */
export const tokenize: Task<z.infer<typeof Settings>> = {
  name: 'tokenize',
  version: 2,
  parse: (settings) => Settings.parse(settings),
  async run({ path }, folder, { tokenizer: file, licences }) {
    const tokenizer = createTokenizer(decodeTokenizerJson((await readPinned(file)).toString()));
    if (tokenizer.eosId < 0) throw new PlanError(`${file.path} has no end-of-sequence piece`);
    const shard = createShardWriter(
      join(folder, 'tokens.idx'),
      join(folder, 'tokens.bin'),
      tokenizer.vocabSize,
    );
    const rows = createColumnWriter();
    let documents = 0;
    const written = await discardOnError([shard], async () => {
      for await (const { text, meta } of readJsonlGz<CorpusDocument>(path)) {
        const ids = tokenizer.encode(text);
        const tokens = new Int32Array(ids.length + 1);
        tokens.set(ids);
        tokens[ids.length] = tokenizer.eosId;
        await shard.add(tokens);
        rows.add({
          ...{ id: meta.id, split: meta.split ?? 'train', language: meta.language, source: meta.sourceId },
          licence: meta.licence ?? licences[meta.sourceId] ?? 'NOASSERTION',
          ...{ characters: codePoints(text), bytes: Buffer.byteLength(text), tokens: tokens.length },
        });
        if (++documents % 256 === 0) await setImmediate();
      }
      rows.close(join(folder, 'documents.col'));
      return shard.close();
    });
    return { documents: written.documents, tokens: written.tokens };
  },
};

function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}
