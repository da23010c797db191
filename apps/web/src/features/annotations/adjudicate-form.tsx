'use client';
import type { AnnotationItemDetail, Answers } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { AnswerFields, answersComplete } from './answer-fields.tsx';

/** Decides what the reviewers did not agree on; what they did agree on is filled in. */
export function AdjudicateForm({ item }: { item: AnnotationItemDetail }) {
  const t = useTranslations('annotations');
  const [answers, setAnswers] = useState<Answers>(item.labels ?? {});
  const [reason, setReason] = useState('');
  const adjudicate = useCommand(trpc.annotations.adjudicate.mutate);
  return (
    <form
      className="card space-y-6 p-5"
      aria-label={t('adjudicate')}
      onSubmit={(event) => {
        event.preventDefault();
        void adjudicate.run({ itemId: item.itemId, answers, reason }, t('adjudicated'));
      }}
    >
      <AnswerFields
        categories={item.set.categories}
        answers={answers}
        onChange={setAnswers}
        disputed={item.disputed}
      />
      <Field id="adjudicate-reason" label={t('reason')} help={t('adjudicateHelp')}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={3}
            maxLength={2000}
            required
            className="field-box"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <FieldError id="adjudicate-error" text={adjudicate.refusal?.text} />
      <Button
        type="submit"
        look="primary"
        busy={adjudicate.busy}
        disabled={!answersComplete(item.set.categories, answers)}
      >
        {t('adjudicateSend')}
      </Button>
    </form>
  );
}
