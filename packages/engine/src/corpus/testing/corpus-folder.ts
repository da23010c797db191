import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Language } from '@tsudoi/schema';
import { CorpusManifest, type ManifestSource, type ManifestStage } from '../build/manifest.ts';
import { type CorpusDocument, documentId } from '../document.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

export function corpusDocument(
  text: string,
  about: Partial<CorpusDocument['meta']> & { sourceId: string; language: Language },
): CorpusDocument {
  const id = documentId(text);
  return { text, meta: { id, path: `${id}.txt`, format: 'text', package: 'test', version: '1', ...about } };
}

export function corpusSource(id: string, changes: Partial<ManifestSource> = {}): ManifestSource {
  return {
    id,
    title: { ja: `出典 ${id}`, en: `Source ${id}` },
    licence: 'CC-BY-4.0',
    attribution: `Authors of ${id}`,
    homepage: `https://example.org/${id}`,
    parts: [
      {
        location: { kind: 'deb', package: `package-${id}` },
        include: ['**'],
        format: 'text',
        language: 'ja',
        version: '1.0',
        sha256: sha256(id),
        bytes: 1000,
        documents: 10,
      },
    ],
    ...changes,
  };
}

export interface FolderParts {
  sources: ManifestSource[];
  documents: CorpusDocument[];
  stages?: ManifestStage[];
  /** Lines of the documents that deduplication removed. */
  removed?: object[];
}

/** A folder as a finished build leaves it, with a corpus.json of its own schema. */
export function writeCorpusFolder(
  folder: string,
  { sources, documents, stages = [], removed }: FolderParts,
): void {
  const files: CorpusManifest['files'] = [];
  const put = (
    path: string,
    lines: readonly object[],
    role: 'documents' | 'removed',
    source: string | null,
  ) => {
    const bytes = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    const stage = role === 'removed' ? ('dedup' as const) : null;
    const mediaType = 'application/jsonl+gzip';
    files.push({ path, role, source, stage, sha256: sha256(bytes), bytes: bytes.length, mediaType });
  };
  for (const { id } of sources)
    put(
      `documents/${id}.jsonl.gz`,
      documents.filter(({ meta }) => meta.sourceId === id),
      'documents',
      id,
    );
  if (removed) put('removed/dedup.jsonl.gz', removed, 'removed', null);
  const manifest: CorpusManifest = CorpusManifest.parse({
    format: 1,
    name: 'test-corpus',
    title: { ja: '試験用コーパス', en: 'A corpus for tests' },
    description: { ja: '説明', en: 'A description' },
    recipe: { path: 'recipe.json', sha256: sha256('recipe') },
    sources,
    stages,
    split: { salt: 'test', validation: 0.01, test: 0.01, pinned: 0 },
    counts: [],
    tokenizer: {
      path: 'tokenizer.json',
      sha256: sha256('tokenizer'),
      vocabSize: 1000,
      charactersPerToken: {},
    },
    mixtures: [],
    shards: [],
    files,
  });
  writeFileSync(join(folder, 'corpus.json'), JSON.stringify(manifest, null, 2));
}
