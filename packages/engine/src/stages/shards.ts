import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Rejection, type Stats } from '@tsudoi/schema';
import type { CorpusDocument } from '../corpus/document.ts';
import { discardOnError, readJsonlGz, writeJsonlGz } from '../corpus/jsonl.ts';
import { isHeldOut } from '../shards/held-out.ts';
import { tokenTypeFor } from '../shards/megatron-format.ts';
import { createShardWriter } from '../shards/shard-writer.ts';
import { createTokenizer, decodeTokenizerJson } from '../tokenizer/index.ts';
import { outputFiles } from './documents.ts';
import { fileOf, inputOf } from './inputs.ts';
import type { Stage } from './stage.ts';

const FILES = ['train.bin', 'train.idx', 'heldout.bin', 'heldout.idx', 'heldout.jsonl.gz'];

/**
 * Splits the corpus by a stable hash, turns every document into its ids with the end-of-sequence id behind them, and
 * writes Megatron-LM shards: train.bin/.idx and heldout.bin/.idx, with the held-out documents beside them as text.
 * Rejection: corpus.empty when one side of the split is empty.
 */
export const shards: Stage<'shards'> = async (recipe, context) => {
  const corpus = inputOf(context, 'corpus');
  const tokenizer = createTokenizer(
    decodeTokenizerJson(await readFile(fileOf(inputOf(context, 'tokenizer'), 'tokenizer.json'), 'utf8')),
  );
  if (tokenizer.eosId < 0) throw new Error('the tokenizer has no end-of-sequence piece');
  const file = (name: string) => join(context.outDir, name);
  const train = createShardWriter(file('train.idx'), file('train.bin'), tokenizer.vocabSize);
  const heldOut = createShardWriter(file('heldout.idx'), file('heldout.bin'), tokenizer.vocabSize);
  const heldOutText = writeJsonlGz(file('heldout.jsonl.gz'));
  const tally = createTokenTally();
  const total = Number(corpus.stats.documents ?? 0);
  let seen = 0;
  const [trained, held] = await discardOnError([train, heldOut, heldOutText], async () => {
    for await (const document of readJsonlGz<CorpusDocument>(fileOf(corpus, 'documents.jsonl.gz'))) {
      context.signal.throwIfAborted();
      const tokens = withEnd(tokenizer.encode(document.text), tokenizer.eosId);
      if (isHeldOut(document.meta.id, recipe.seed, recipe.heldOutShare)) {
        await heldOut.add(tokens);
        await heldOutText.write(document);
      } else await train.add(tokens);
      tally.add(document, tokens.length);
      if (++seen % 50 === 0) {
        context.progress(seen / Math.max(total, seen), { code: 'documents', params: { done: seen } });
        await setImmediate(); // lets heartbeats through
      }
    }
    return Promise.all([train.close(), heldOut.close(), heldOutText.close()]);
  });
  if (trained.documents === 0) throw new Rejection('corpus.empty', { stage: 'shards (train)' });
  if (held.documents === 0) throw new Rejection('corpus.empty', { stage: 'shards (heldout)' });
  context.progress(1, { code: 'tokens', params: { count: trained.tokens } });
  return [
    {
      kind: 'token-shards',
      title: `${trained.tokens} tokens`,
      files: outputFiles(context.outDir, FILES),
      stats: {
        tokens: trained.tokens,
        documents: trained.documents,
        heldOutTokens: held.tokens,
        heldOutDocuments: held.documents,
        sequenceLength: recipe.sequenceLength,
        sequences: Math.max(0, Math.floor((trained.tokens - 1) / recipe.sequenceLength)),
        vocabSize: tokenizer.vocabSize,
        tokenType: tokenTypeFor(tokenizer.vocabSize),
        ...tally.stats(),
      },
    },
  ];
};

function withEnd(ids: Int32Array, eosId: number): Int32Array {
  const tokens = new Int32Array(ids.length + 1);
  tokens.set(ids);
  tokens[ids.length] = eosId;
  return tokens;
}

/** Tokens by language and source over both sides of the split; characters are code points, as tokenizers count them. */
function createTokenTally() {
  const groups = new Map<string, { documents: number; tokens: number; characters: number }>();
  return {
    add({ text, meta }: CorpusDocument, tokens: number) {
      let characters = 0;
      for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) characters += 1;
      for (const name of [`language.${meta.language}`, `source.${meta.sourceId}.${meta.language}`]) {
        const group = groups.get(name) ?? { documents: 0, tokens: 0, characters: 0 };
        group.documents += 1;
        group.tokens += tokens;
        group.characters += characters;
        groups.set(name, group);
      }
    },
    stats(): Stats {
      const stats: Stats = {};
      for (const name of [...groups.keys()].sort()) {
        const { documents, tokens, characters } = groups.get(name)!;
        stats[`${name}.documents`] = documents;
        stats[`${name}.tokens`] = tokens;
        stats[`${name}.charactersPerToken`] = Number((characters / tokens).toFixed(3));
      }
      return stats;
    },
  };
}
