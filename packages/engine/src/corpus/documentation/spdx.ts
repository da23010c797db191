import { createHash } from 'node:crypto';
import type { DescribedCorpus, DescribedSource } from './described.ts';
import { licenceIds, licenceOf } from './licence-texts.ts';
import type { CorpusStatistics } from './statistics.ts';

/**
 * The licences of a corpus as an SPDX 2.3 document (JSON): one package for the corpus, one for each source with its declared
 * licence, the licences found in its documents, whom to name, and the hashes of what was fetched; relationships say
 * which came from which. `created` is the given time, since SPDX demands one; equal inputs give equal bytes.
 */
export function spdxDocument(
  corpus: DescribedCorpus,
  statistics: Pick<CorpusStatistics, 'licencesOfSource'>,
  created = '1970-01-01T00:00:00Z',
): object {
  const combined = conjunction(corpus.verdict.expressions);
  const found = (source: DescribedSource) => statistics.licencesOfSource[source.id] ?? [];
  const expressions = [...corpus.verdict.expressions, ...corpus.sources.flatMap(found)];
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: corpus.name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(corpus.name)}-${corpus.version}`,
    creationInfo: { created, creators: ['Tool: tsudoi'] },
    documentDescribes: ['SPDXRef-Corpus'],
    packages: [
      {
        SPDXID: 'SPDXRef-Corpus',
        name: corpus.name,
        versionInfo: corpus.version,
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        licenseDeclared: combined,
        licenseConcluded: combined,
        copyrightText: 'NOASSERTION',
        primaryPackagePurpose: 'ARCHIVE',
      },
      ...corpus.sources.map((source) => sourcePackage(source, found(source))),
    ],
    relationships: [
      relationship('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Corpus'),
      ...corpus.sources.map(({ id }) => relationship('SPDXRef-Corpus', 'GENERATED_FROM', sourceRef(id))),
    ],
    ...extracted(expressions),
  };
}

function sourcePackage(source: DescribedSource, found: string[]) {
  const hashes = [...new Set(source.fetched.map(({ sha256 }) => sha256))];
  const comment = source.fetched.map((one) => `${one.location} ${one.version} sha256:${one.sha256}`.trim());
  return {
    SPDXID: sourceRef(source.id),
    name: source.title.en,
    downloadLocation: 'NOASSERTION',
    ...(/^https?:/.test(source.homepage) ? { homepage: source.homepage } : {}),
    filesAnalyzed: false,
    licenseDeclared: source.licence,
    licenseConcluded: found.length > 0 ? conjunction([source.licence, ...found]) : source.licence,
    copyrightText: source.attribution || 'NOASSERTION',
    ...(source.attribution ? { attributionTexts: [source.attribution] } : {}),
    // A package of SPDX has one hash of one archive; of several archives they stand in the comment.
    ...(hashes.length === 1 ? { checksums: [{ algorithm: 'SHA256', checksumValue: hashes[0] }] } : {}),
    ...(comment.length > 0 ? { comment: comment.join('\n') } : {}),
  };
}

const relationship = (from: string, type: string, to: string) => ({
  spdxElementId: from,
  relationshipType: type,
  relatedSpdxElement: to,
});

/** Ids of SPDX hold letters, digits, dots and hyphens alone; a hash keeps two sources apart whose names differ elsewhere. */
const sourceRef = (id: string) =>
  /^[A-Za-z0-9.-]+$/.test(id)
    ? `SPDXRef-Source-${id}`
    : `SPDXRef-Source-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;

/** All of them hold at once, for a corpus is one work made of many. */
export function conjunction(expressions: readonly string[]): string {
  const terms = [...new Set(expressions)].sort();
  if (terms.length === 0) return 'NOASSERTION';
  if (terms.length === 1) return terms[0] as string;
  return terms.map((term) => (/\b(OR|AND)\b/.test(term) ? `(${term})` : term)).join(' AND ');
}

/** What SPDX wants of each licence that is not on its list. */
function extracted(expressions: readonly string[]) {
  const own = licenceIds(expressions).filter((id) => id.startsWith('LicenseRef-') && licenceOf(id) === null);
  if (own.length === 0) return {};
  return {
    hasExtractedLicensingInfos: own.map((licenseId) => ({
      licenseId,
      extractedText: `Not on the SPDX list; see the source that declares ${licenseId}.`,
    })),
  };
}
