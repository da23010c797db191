/** Robertson and Zaragoza 2009 with Lucene's parameters and its idf, which is never negative. */
const K1 = 1.2;
const B = 0.75;

export interface Collection {
  documents: number;
  /** Terms in all documents. */
  terms: number;
}

export function inverseFrequency(collection: Collection, documentsWithTerm: number): number {
  return Math.log(1 + (collection.documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));
}

/** What one term adds to the score of a document of `length` terms that has it `frequency` times. */
export function termScore(idf: number, frequency: number, length: number, collection: Collection): number {
  const relative = (length * collection.documents) / Math.max(1, collection.terms);
  return (idf * frequency * (K1 + 1)) / (frequency + K1 * (1 - B + B * relative));
}
