import { Answers } from '@tsudoi/schema';
import { z } from 'zod';
import type { Queryable } from '../log/connection.ts';
import { readPersonKeys } from '../personal-data/person-keys.ts';
import { unseal } from '../personal-data/sealing.ts';
import type { RevealedReview } from './decide.ts';

export const SealedReview = z.strictObject({ answers: Answers, comment: z.string() });

/** Opens the sealed reviews of an item, for the moment when all of them are in. Those of erased people stay shut. */
export async function readReviews(
  sql: Queryable,
  master: Uint8Array,
  itemId: string,
  reviews: readonly { reviewerId: string; sealed: string }[],
): Promise<RevealedReview[]> {
  const keys = await readPersonKeys(
    sql,
    master,
    reviews.map(({ reviewerId }) => reviewerId),
  );
  return reviews.flatMap(({ reviewerId, sealed }) => {
    const key = keys.get(reviewerId);
    if (!key) return [];
    const place = { personId: reviewerId, eventType: 'ItemReviewed', streamId: itemId };
    return [{ reviewerId, ...SealedReview.parse(unseal(key, place, sealed)) }];
  });
}
