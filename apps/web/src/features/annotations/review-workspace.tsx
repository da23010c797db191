'use client';
import type { AnnotationSetDetail, Answers, ItemToReview } from '@tsudoi/schema';
import Link from 'next/link';
import { useFormatter, useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button, buttonLook } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { AnswerFields, answersComplete } from './answer-fields.tsx';
import { ItemText, Warned } from './item-text.tsx';

/** After so many reviews in one sitting a break is suggested: disturbing texts wear people out. */
const breakAfter = 20;
/** Refusals after which the item is not this reviewer's any more. */
const lost = new Set(['annotation.not-claimed', 'annotation.item-closed', 'annotation.set-not-open']);

interface Props {
  set: AnnotationSetDetail;
  held: ItemToReview | null;
}

/** Takes the next item, shows it and nothing of what others think of it, and sends the answers. */
export function ReviewWorkspace({ set, held }: Props) {
  const t = useTranslations('annotations');
  const claim = useCommand(trpc.annotations.claim.mutate);
  const [nothingLeft, setNothingLeft] = useState(false);
  const [done, setDone] = useState(0);
  const next = async () => {
    const answer = await claim.run({ setId: set.setId }, '');
    setNothingLeft(answer !== null && answer.result === null);
  };
  if (!held && claim.busy && done > 0) {
    return <div role="status" aria-label={t('nextComes')} className="skeleton h-64" />;
  }
  if (!held) {
    return (
      <div className="card px-6 py-10 text-center">
        <p className="phrase mx-auto max-w-xl text-ink-2">
          {nothingLeft ? t('nothingLeft') : t('beginLead')}
        </p>
        <div className="mt-5 flex justify-center gap-2">
          {nothingLeft ? (
            <Link href={`/annotations/${set.setId}`} className={buttonLook('quiet')}>
              {t('toSet')}
            </Link>
          ) : (
            <Button look="primary" busy={claim.busy} onClick={next}>
              {t('begin')}
            </Button>
          )}
        </div>
        <FieldError id="claim-error" text={claim.refusal?.text} />
      </div>
    );
  }
  return (
    <Warned setId={set.setId} sensitive={set.sensitive}>
      {done > 0 && done % breakAfter === 0 && (
        <p role="status" className="phrase mb-4 rounded-xl bg-fuji-soft px-5 py-3 text-fuji">
          {t('takeABreak', { done })}
        </p>
      )}
      <OneReview
        key={held.itemId}
        set={set}
        held={held}
        onDone={async () => {
          setDone(done + 1);
          await next();
        }}
        onLost={next}
      />
      <FieldError id="claim-error" text={claim.refusal?.text} />
    </Warned>
  );
}

function OneReview({
  set,
  held,
  onDone,
  onLost,
}: {
  set: AnnotationSetDetail;
  held: ItemToReview;
  onDone: () => Promise<void>;
  /** Asks for an item again, when this one went to somebody else meanwhile. */
  onLost: () => Promise<void>;
}) {
  const t = useTranslations('annotations');
  const common = useTranslations('common');
  const format = useFormatter();
  const [answers, setAnswers] = useState<Answers>({});
  const [comment, setComment] = useState('');
  const review = useCommand(trpc.annotations.review.mutate);
  const form = useRef<HTMLFormElement>(null);
  const complete = answersComplete(set.categories, answers);
  useEffect(() => form.current?.querySelector<HTMLElement>('fieldset :is(input, select)')?.focus(), []);
  const send = async () => {
    if (complete && (await review.run({ itemId: held.itemId, answers, comment }, t('sent')))) await onDone();
  };
  return (
    <div className="grid items-start gap-8 lg:grid-cols-2">
      <div className="min-w-0 lg:sticky lg:top-20">
        <ItemText content={held.content} />
        <p className="mt-3 text-sm text-ink-3">
          {t('yoursUntil', { time: format.dateTime(new Date(held.expiresAt), { timeStyle: 'short' }) })}
        </p>
        <GiveBack itemId={held.itemId} />
      </div>
      <form
        ref={form}
        className="min-w-0 space-y-6"
        aria-label={t('yourReview')}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <AnswerFields categories={set.categories} answers={answers} onChange={setAnswers} />
        <Field id="comment" label={t('comment')} optional={common('optional')} help={t('commentHelp')}>
          {(wiring) => (
            <textarea
              {...wiring}
              rows={3}
              maxLength={4000}
              className="field-box"
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <FieldError id="review-error" text={review.refusal?.text} />
        {lost.has(review.refusal?.code ?? '') && (
          <Button small onClick={onLost}>
            {t('takeAnother')}
          </Button>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" busy={review.busy} disabled={!complete}>
            {t('sendAndNext')}
          </Button>
          <span className="text-sm text-ink-3 max-sm:hidden">{t('shortcuts')}</span>
        </div>
      </form>
    </div>
  );
}

/** Whoever cannot or does not want to judge a text may say so; it goes to somebody else and never comes back. */
function GiveBack({ itemId }: { itemId: string }) {
  const t = useTranslations('annotations');
  const [reason, setReason] = useState('');
  const back = useCommand(trpc.annotations.return.mutate);
  return (
    <details className="mt-4">
      <summary className="text-sm text-ai">{t('giveBack')}</summary>
      <form
        className="mt-3 space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          void back.run({ itemId, reason }, t('gaveBack'));
        }}
      >
        <Field
          id="give-back-reason"
          label={t('giveBackReason')}
          help={t('giveBackHelp')}
          error={back.refusal?.text}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="field-box"
              maxLength={2000}
              required
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" small busy={back.busy}>
          {t('giveBackSend')}
        </Button>
      </form>
    </details>
  );
}
