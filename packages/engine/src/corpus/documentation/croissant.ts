import type { DescribedCorpus } from './described.ts';
import { licenceIds } from './licence-texts.ts';

/** The context that the specification of Croissant 1.1 prescribes. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  arrayShape: 'cr:arrayShape',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  containedIn: 'cr:containedIn',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  description: { '@container': '@language' },
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileProperty: 'cr:fileProperty',
  fileObject: 'cr:fileObject',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  name: { '@container': '@language' },
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

export interface CroissantOptions {
  /** Where the corpus is published; without it the data set is named by its hash. */
  url?: string;
  /** ISO date of publication; left out where it is not known, so that equal corpora give equal bytes. */
  date?: string;
}

/** The data set and its records as Croissant 1.1 JSON-LD, its files pinned by SHA-256 and its sources named. */
export function croissant(corpus: DescribedCorpus, { url, date }: CroissantOptions): object {
  const documents = corpus.files.filter(({ isDocuments }) => isDocuments);
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: nameOf(corpus.name),
    alternateName: [corpus.title.ja, corpus.title.en],
    description: [corpus.description.en, corpus.description.ja].filter((text) => text !== '').join('\n\n'),
    url: url ?? `urn:tsudoi:corpus:${corpus.version}`,
    version: `1.0.0+${corpus.version}`,
    license: licenceAddresses(corpus),
    inLanguage: ['ja', 'en'],
    isBasedOn: corpus.sources.map(({ homepage, title }) => (homepage === '' ? title.en : homepage)),
    ...(date ? { datePublished: date } : {}),
    citeAs: `${corpus.title.en} (${corpus.version})`,
    'rai:dataCollection': corpus.sources
      .map(
        ({ title, licence, fetched }) =>
          `${title.en} (${licence}): ${fetched.map((one) => one.location).join(', ')}`,
      )
      .join('\n'),
    'rai:dataPreprocessingProtocol': corpus.stages.map(
      ({ name, before, after }) => `${name}: ${before.documents} documents in, ${after.documents} kept`,
    ),
    distribution: corpus.files.map((file) => ({
      '@type': 'cr:FileObject',
      '@id': file.path,
      name: file.path,
      contentUrl: file.path,
      contentSize: `${file.bytes} B`,
      // Readers see by themselves that the lines are compressed.
      encodingFormat: file.isDocuments ? 'application/jsonlines' : file.mediaType,
      sha256: file.sha256,
    })),
    recordSet: documents.map((file) => recordSet(file.path)),
  };
}

/** Field names as they stand in a line; `meta` is an object. */
const metaFields = ['id', 'sourceId', 'path', 'language', 'format', 'package', 'version'] as const;

function recordSet(path: string) {
  const id = nameOf(path.replace(/\.jsonl\.gz$/, ''));
  const field = (name: string, column: string, jsonPath?: string) => ({
    '@type': 'cr:Field',
    '@id': `${id}/${name}`,
    name,
    dataType: 'sc:Text',
    source: {
      fileObject: { '@id': path },
      extract: { column },
      ...(jsonPath ? { transform: { jsonPath } } : {}),
    },
  });
  return {
    '@type': 'cr:RecordSet',
    '@id': id,
    name: id,
    field: [field('text', 'text'), ...metaFields.map((name) => field(name, 'meta', `$.${name}`))],
  };
}

/** Letters, digits, dots and hyphens, as names of data sets and record sets may have. */
const nameOf = (text: string) => text.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'corpus';

/** The page of each SPDX identifier that occurs, since an expression is no address. */
function licenceAddresses({ verdict }: DescribedCorpus): string[] {
  return licenceIds(verdict.expressions)
    .filter((id) => !id.startsWith('LicenseRef-'))
    .map((id) => `https://spdx.org/licenses/${id}.html`);
}
