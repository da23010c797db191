import { combineVerdicts, type Location, licenceVerdict, Rejection } from '@tsudoi/schema';
import type { CorpusManifest } from '../build/manifest.ts';
import { describeLocation } from '../fetch/limits.ts';
import type { DescribedCorpus } from './described.ts';

const everything = { train: true, search: true, redistribute: true };

/** What a corpus.json says, as the documents need it. `sha256` is the hash of corpus.json itself. */
export function describedFromManifest(manifest: CorpusManifest, sha256: string): DescribedCorpus {
  return {
    name: manifest.name,
    title: manifest.title,
    description: manifest.description,
    version: sha256.slice(0, 16),
    sources: manifest.sources.map(({ id, title, licence, attribution, homepage, parts }) => ({
      ...{ id, title, licence, attribution, homepage },
      fetched: distinct(
        parts.map((part) => ({
          location: describeLocation(part.location as Location),
          version: part.version,
          sha256: part.sha256,
        })),
      ),
    })),
    stages: manifest.stages,
    files: manifest.files.map(({ path, sha256: hash, bytes, mediaType, role }) => ({
      ...{ path, bytes, mediaType },
      sha256: hash,
      isDocuments: role === 'documents',
    })),
    verdict: combineVerdicts(manifest.sources.map(({ licence }) => verdictOf(licence))),
  };
}

/** A licence that is no SPDX expression gives no right, and the card says so instead of failing. */
function verdictOf(licence: string) {
  try {
    return licenceVerdict(licence, everything);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return {
      expressions: [licence],
      rights: { train: false, search: false, redistribute: false },
      obligations: [],
      refusals: [{ rule: 'not-open', licence }],
    };
  }
}

function distinct<T extends { location: string; sha256: string }>(all: T[]): T[] {
  return [...new Map(all.map((one) => [`${one.location} ${one.sha256}`, one])).values()];
}
