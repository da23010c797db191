import type { Language } from '@tsudoi/schema';
import { createShingler } from '../dedup/shingles.ts';
import type { CorpusDocument } from '../document.ts';
import { createGramIndex } from './gram-index.ts';

/** One item of an evaluation or safety test set. */
export interface TestItem {
  /** Name of the set, such as "jcommonsenseqa" or "answer-carefully". */
  readonly set: string;
  readonly id: string;
  readonly language: Language;
  /** The question or prompt. */
  readonly query: string;
  /** The answer that a model must not have seen with it; may be empty. */
  readonly label: string;
}

export interface DecontaminationSettings {
  /** Words of an n-gram in English and code; datatrove takes 12. */
  readonly words: number;
  /** Characters of an n-gram in Japanese, which has no words to count: about 12 words of two to three characters. */
  readonly characters: number;
}

export const decontaminationDefaults: DecontaminationSettings = { words: 12, characters: 30 };

export interface Hit {
  readonly set: string;
  readonly itemId: string;
}

export interface DecontaminationReport {
  readonly documents: number;
  readonly removed: number;
  readonly sets: readonly {
    readonly set: string;
    readonly items: number;
    /** Items too short for a single n-gram: they cannot be found, and are counted so that nobody thinks they were. */
    readonly tooShort: number;
    readonly contaminated: number;
    readonly itemIds: readonly string[];
  }[];
}

/**
 * Finds documents that hold part of a test set: one shared n-gram of the folded text is enough. As in datatrove, an
 * item with a label is known by the n-grams of its label and by those that run from the query into the label, so that a
 * question alone, which may be common knowledge, removes nothing; an item without one by all its n-grams.
 */
export function createDecontaminator(
  items: Iterable<TestItem>,
  settings: DecontaminationSettings = decontaminationDefaults,
) {
  const lengthOf = (language: Language) => (language === 'ja' ? settings.characters : settings.words);
  const shinglers = { ja: createShingler(settings.characters), other: createShingler(settings.words) };
  const shingle = (text: string, language: Language) =>
    (language === 'ja' ? shinglers.ja : shinglers.other)(text, language === 'ja' ? 'ja' : 'en');
  const unitsOf = unitCounter();
  const indexes = { ja: createGramIndex(), other: createGramIndex() };
  const known: TestItem[] = [];
  const tooShort = new Map<string, number>();
  for (const item of items) {
    const number = known.push(item) - 1;
    const n = lengthOf(item.language);
    const index = item.language === 'ja' ? indexes.ja : indexes.other;
    const { high, low, count } = shingle(`${item.query}\n${item.label}`, item.language);
    const units = unitsOf(item.query, item.language);
    const total = units + unitsOf(item.label, item.language);
    if (total < n) {
      tooShort.set(item.set, (tooShort.get(item.set) ?? 0) + 1);
      continue;
    }
    const from = item.label === '' ? 0 : Math.max(0, units - n + 1);
    for (let i = from; i < count; i++) index.add(high[i], low[i], number);
  }
  const contaminated = new Map<number, number>();
  let documents = 0;
  let removed = 0;
  return {
    /** The first test item whose n-gram stands in the document, or null. */
    check({ text, meta }: Pick<CorpusDocument, 'text' | 'meta'>): Hit | null {
      documents += 1;
      const ja = meta.language === 'ja';
      const index = ja ? indexes.ja : indexes.other;
      let first = -1;
      if (index.grams > 0 && unitsOf(text, meta.language) >= lengthOf(meta.language)) {
        const { high, low, count } = shingle(text, meta.language);
        for (let i = 0; i < count; i++) {
          const item = index.find(high[i], low[i]);
          if (item === -1) continue;
          if (first === -1) first = item;
          contaminated.set(item, (contaminated.get(item) ?? 0) + 1);
        }
      }
      if (first === -1) return null;
      removed += 1;
      return { set: known[first].set, itemId: known[first].id };
    },
    report(): DecontaminationReport {
      const names = [...new Set(known.map((item) => item.set))].sort();
      return {
        documents,
        removed,
        sets: names.map((set) => {
          const itemIds = [...contaminated.keys()]
            .filter((i) => known[i].set === set)
            .map((i) => known[i].id);
          return {
            set,
            items: known.filter((item) => item.set === set).length,
            tooShort: tooShort.get(set) ?? 0,
            contaminated: itemIds.length,
            itemIds: itemIds.sort(),
          };
        }),
      };
    },
  };
}

/** Number of characters or words that are left after folding: a 1-gram is one of them. */
function unitCounter(): (text: string, language: Language) => number {
  const shingle = createShingler(1);
  return (text, language) =>
    /[\p{L}\p{N}]/u.test(text) ? shingle(text, language === 'ja' ? 'ja' : 'en').count : 0;
}
