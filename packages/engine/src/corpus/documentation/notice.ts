import type { DescribedCorpus } from './described.ts';
import { licenceIds, licenceOf } from './licence-texts.ts';
import type { CorpusStatistics } from './statistics.ts';
import { grouped } from './words.ts';

/** The attribution that goes with the corpus and with what is made of it, one paragraph a source, in both languages' titles. */
export function notice(corpus: DescribedCorpus, statistics: CorpusStatistics): string {
  const blocks = corpus.sources.map((source) => {
    const found = statistics.licencesOfSource[source.id] ?? [];
    const amount = statistics.sources[source.id];
    return [
      source.title.ja === source.title.en ? source.title.en : `${source.title.en} / ${source.title.ja}`,
      ...(source.attribution ? [`  ${source.attribution}`] : []),
      `  Licence: ${source.licence}`,
      ...(found.length > 0 ? [`  Licences found in its documents: ${found.join(', ')}`] : []),
      ...(source.homepage ? [`  ${source.homepage}`] : []),
      ...source.fetched.map((one) => `  Fetched: ${one.location} ${one.version} (SHA-256 ${one.sha256})`),
      `  In this corpus: ${grouped(amount?.documents ?? 0)} documents, changed by extraction and filters`,
    ].join('\n');
  });
  const licences = licenceIds(Object.keys(statistics.licences).concat(corpus.verdict.expressions)).map(
    (id) => {
      const known = licenceOf(id);
      return known ? `${id}: ${known.name} (${known.url})` : `${id}: not on the SPDX licence list`;
    },
  );
  return `${corpus.title.en}
${corpus.title.ja}

This corpus holds texts of others. Each is under its own licence, and nothing here takes one away.

${blocks.join('\n\n')}

Licences (full texts in LICENSES/)
${licences.join('\n')}
`;
}
