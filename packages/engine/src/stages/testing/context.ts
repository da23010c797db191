import { join } from 'node:path';
import type { JobNote, Language, Stats } from '@tsudoi/schema';
import { type CorpusDocument, documentId } from '../../corpus/document.ts';
import { writeJsonlGz } from '../../corpus/jsonl.ts';
import type { InputArtifact, StageContext } from '../stage.ts';
import { tempDir } from './temp-dir.ts';

/** A context for tests of stages: a fresh folder, and everything the stage reports kept for inspection. */
export function testContext(inputs: InputArtifact[], changes: Partial<StageContext> = {}) {
  const metrics: { series: string; step: number; value: number }[] = [];
  const notes: JobNote[] = [];
  const context: StageContext = {
    inputs,
    uploads: {},
    outDir: tempDir(),
    threads: 1,
    signal: new AbortController().signal,
    progress: (_fraction, note) => notes.push(note),
    metrics: (points) => metrics.push(...points),
    resumeFrom: null,
    saveCheckpoint: async () => {},
    ...changes,
  };
  return { context, metrics, notes };
}

const NAMES = ['利用者', '設定ファイル', 'サーバ', 'ディレクトリ', 'コマンド', '画面', '接続', '文字列'];
const VERBS = ['を開く', 'を読み込む', 'を表示する', 'を削除する', 'を作成する', 'を確認する', 'を変更する'];
const ENDS = ['。', 'ことができる。', 'と便利である。', '必要はない。'];

/** Japanese sentences made from a few words by a small linear congruential generator. */
export function sampleDocuments(count: number, language: Language = 'ja'): CorpusDocument[] {
  let state = 12_345;
  const pick = (words: string[]) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return words[(state >>> 16) % words.length];
  };
  return Array.from({ length: count }, (_, index) => {
    const lines = Array.from(
      { length: 12 },
      () => `${pick(NAMES)}の${pick(NAMES)}${pick(VERBS)}${pick(ENDS)}`,
    );
    const text = `第${index}章\n${lines.join('\n')}`;
    const place = { path: `${index}.txt`, language, format: 'text', package: 'test', version: '1' } as const;
    return {
      text,
      meta: { id: documentId(text), sourceId: '00000000-0000-4000-8000-000000000001', ...place },
    };
  });
}

/** The documents as an artifact of kind `corpus`. */
export async function corpusArtifact(documents: CorpusDocument[]): Promise<InputArtifact> {
  const path = join(tempDir(), 'documents.jsonl.gz');
  const writer = writeJsonlGz(path);
  let bytes = 0;
  for (const document of documents) {
    await writer.write(document);
    bytes += Buffer.byteLength(document.text);
  }
  await writer.close();
  const stats: Stats = { documents: documents.length, bytes };
  return {
    artifactId: `art_${'0'.repeat(32)}`,
    kind: 'corpus',
    stats,
    sourceIds: [],
    files: { 'documents.jsonl.gz': path },
  };
}
