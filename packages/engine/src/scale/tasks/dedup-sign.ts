import { DedupSettings } from '@tsudoi/schema';
import type { z } from 'zod';
import { signShard } from '../../corpus/dedup/sharded/sign.ts';
import type { CorpusDocument } from '../../corpus/document.ts';
import { readJsonlGz } from '../../corpus/jsonl.ts';
import type { Task } from '../task.ts';
import { Share, shardOf } from './share.ts';

const Settings = DedupSettings.extend({ share: Share.optional() });

/** First step of deduplication: the band and document tables of one file, which is one shard. */
export const dedupSign: Task<z.infer<typeof Settings>> = {
  name: 'dedup-sign',
  version: 1,
  parse: (settings) => Settings.parse(settings),
  run: ({ index, path }, folder, settings) =>
    signShard(readJsonlGz<CorpusDocument>(path), { folder, shard: shardOf(index, settings), settings }),
};
