import type { SourceDetail } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Time } from '../../ui/time.tsx';

/** What the reviewers of this round asked to be changed, in their words. */
export async function WantedChanges(props: {
  source: Pick<SourceDetail, 'reviews' | 'round'>;
  title: string;
  children?: ReactNode;
}) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const { reviews, round } = props.source;
  const wanted = reviews.filter((review) => review.verdict === 'changes' && review.round === round);
  return (
    <section aria-label={props.title} className="mb-8 rounded-xl bg-yamabuki-soft px-5 py-4">
      <h2 className="text-base text-yamabuki">{props.title}</h2>
      <ul className="mt-1 space-y-2">
        {wanted.map(({ reviewer, comment, at }) => (
          <li key={`${reviewer.personId} ${at}`}>
            <p className="whitespace-pre-line">{comment}</p>
            <p className="text-sm text-ink-2">
              {reviewer.displayName || erased} · <Time at={at} />
            </p>
          </li>
        ))}
      </ul>
      {props.children}
    </section>
  );
}
