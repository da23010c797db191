import { dispatch, type Subcommands } from './dispatch.ts';

const subcommands: Subcommands = {
  build: async () => (await import('./corpus/build.ts')).build,
  compare: async () => (await import('./corpus/compare.ts')).compare,
  dedup: async () => (await import('./corpus/dedup.ts')).dedup,
  document: async () => (await import('./corpus/document.ts')).document,
  extract: async () => (await import('./corpus/extract.ts')).extract,
  filter: async () => (await import('./corpus/filter.ts')).filter,
  plan: async () => (await import('./corpus/plan.ts')).plan,
  preview: async () => (await import('./corpus/preview.ts')).preview,
  rank: async () => (await import('./corpus/rank.ts')).rank,
  search: async () => (await import('./corpus/search.ts')).search,
};

const expected = [
  'ComparisonError',
  'CorpusRecipeError',
  'DocumentsFileError',
  'MixtureError',
  'TokenizerError',
  'PlanError',
  'Rejection',
];

await dispatch({ name: 'corpus', subcommands, expected }, process.argv.slice(2));
