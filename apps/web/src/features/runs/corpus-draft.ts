import type { CorpusSettings, FilterRule, RunCard, UploadedFile } from '@tsudoi/schema';

/** What the form asks about a run's corpus, before it becomes settings of the card. */
export interface CorpusDraft {
  preset: string;
  ranks: number;
  lists: Record<string, UploadedFile>;
  quality: UploadedFile | null;
  /** Greatest perplexity per character that is kept, where there is a file of good text. */
  perplexity: number;
  sets: UploadedFile[];
  paragraphs: boolean;
  /** Pieces by language of a partitioned tokenizer; null leaves the card's tokenizer as it is. */
  pieces: Record<'ja' | 'en' | 'code', number> | null;
}

export const emptyDraft: CorpusDraft = {
  ...{
    preset: '',
    ranks: 1,
    lists: {},
    quality: null,
    perplexity: 40,
    sets: [],
    paragraphs: false,
    pieces: null,
  },
};

/** The word lists that the rules of a preset look for. */
export const listsOf = (rules: readonly FilterRule[]): string[] => [
  ...new Set(rules.flatMap(({ list }) => list ?? [])),
];

/** The card with what the draft says: its `corpus`, and its `tokenizer` where partitions are asked for. */
export function withCorpus(
  card: Record<string, unknown>,
  draft: CorpusDraft,
  presets: Record<string, FilterRule[]>,
): Record<string, unknown> {
  const { corpus: _, ...rest } = card;
  const corpus = settingsOf(draft, presets[draft.preset] ?? []);
  const tokenizer = draft.pieces ? partitioned(draft.pieces, rest.tokenizer) : rest.tokenizer;
  return { ...rest, ...(corpus ? { corpus } : {}), ...(tokenizer ? { tokenizer } : {}) };
}

function settingsOf(draft: CorpusDraft, preset: FilterRule[]): CorpusSettings | null {
  const { ranks, quality, perplexity, sets, paragraphs } = draft;
  const rules = [...preset, ...(quality ? [{ filter: 'perplexity', params: { max: perplexity } }] : [])];
  const known = listsOf(preset);
  const lists = Object.entries(draft.lists).filter(([name]) => known.includes(name));
  const settings: CorpusSettings = {
    ranks,
    ...(rules.length === 0
      ? {}
      : {
          filter: {
            rules,
            ...(lists.length > 0 ? { lists: Object.fromEntries(lists) } : {}),
            ...(quality ? { quality } : {}),
          },
        }),
    ...(sets.length > 0 ? { decontaminate: { sets, words: 12, characters: 30 } } : {}),
    ...(paragraphs
      ? { paragraphs: { runs: { count: 3, frequency: 1000 }, documents: { expected: 5, percentile: 0.05 } } }
      : {}),
  };
  return Object.keys(settings).length > 1 ? settings : null;
}

/** LLM-jp's recipe: Japanese cut into words and without their spaces, pieces of at most 8 characters there and 16 elsewhere. */
function partitioned(pieces: NonNullable<CorpusDraft['pieces']>, before: unknown): RunCard['tokenizer'] {
  const { sampleBytes = 4_000_000 } = (before ?? {}) as { sampleBytes?: number };
  return {
    method: 'partitioned',
    partitions: (['ja', 'en', 'code'] as const)
      .filter((language) => pieces[language] > 0)
      .map((language) => ({
        ...{ language, pieces: pieces[language], characterCoverage: 0.9995 },
        maxPieceLength: language === 'ja' ? 8 : 16,
        stripSpaces: language === 'ja' ? ('all' as const) : ('symbols' as const),
      })),
    head: {
      specials: ['<unk>', '<s>', '</s>', '<mask>', '<pad>', '<CLS>', '<SEP>', '<EOD>'],
      spaceRuns: 24,
    },
    ...{ headScore: null, epochs: 2, sampleBytes },
  };
}
