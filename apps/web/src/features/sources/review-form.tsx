'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';

const verdicts = ['accept', 'changes', 'reject'] as const;

/** One review, with what to check beside it. */
export function ReviewForm({ sourceId }: { sourceId: string }) {
  const t = useTranslations('source');
  const words = useTranslations('verdict');
  const [verdict, setVerdict] = useState<(typeof verdicts)[number]>('accept');
  const [comment, setComment] = useState('');
  const review = useCommand(trpc.sources.review.mutate);
  const atComment = review.refusal?.code === 'input.invalid';
  return (
    <form
      className="card grid gap-6 p-5 md:grid-cols-[minmax(0,1fr)_minmax(0,18rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        void review.run({ sourceId, verdict, comment }, t('sent'));
      }}
    >
      <div className="space-y-4">
        <fieldset>
          <legend className="mb-2 font-medium">{t('verdict')}</legend>
          <div className="flex flex-wrap gap-2">
            {verdicts.map((choice) => (
              <label
                key={choice}
                className="flex min-h-10 cursor-pointer items-center gap-2 rounded-lg border border-line-2 px-3 has-checked:border-ai has-checked:bg-ai-soft has-focus-visible:outline-2 has-focus-visible:outline-ai"
              >
                <input
                  type="radio"
                  name="verdict"
                  className="accent-ai"
                  checked={verdict === choice}
                  onChange={() => setVerdict(choice)}
                />
                {words(choice)}
              </label>
            ))}
          </div>
        </fieldset>
        <Field
          id="comment"
          label={t('comment')}
          help={t('commentHelp')}
          error={atComment ? review.refusal?.text : null}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              rows={4}
              maxLength={4000}
              className="field-box"
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <FieldError id="review-error" text={atComment ? null : review.refusal?.text} />
        <Button type="submit" look="primary" busy={review.busy}>
          {t('send')}
        </Button>
      </div>
      <div className="rounded-xl bg-sunken p-4 text-sm leading-6">
        <p className="mb-2 font-semibold">{t('guidance')}</p>
        <ol className="list-decimal space-y-1.5 pl-5">
          {(['guidance1', 'guidance2', 'guidance3', 'guidance4', 'guidance5'] as const).map((key) => (
            <li key={key} className="phrase">
              {t(key)}
            </li>
          ))}
        </ol>
      </div>
    </form>
  );
}
