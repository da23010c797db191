'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { WithReason } from '../../ui/with-reason.tsx';

export function AbandonRun({ runId }: { runId: string }) {
  const t = useTranslations('runForms');
  const abandon = useCommand(trpc.runs.abandon.mutate);
  return (
    <WithReason
      id="abandon"
      look="danger"
      label={t('abandon')}
      lead={t('abandonLead')}
      reasonLabel={t('reason')}
      confirm={t('abandon')}
      command={abandon}
      onSend={(reason) => abandon.run({ runId, reason }, t('abandoned'))}
    />
  );
}

const parts = ['summary', 'cause', 'lessons'] as const;

/** What others should know about a run that did not end well. */
export function PostMortemForm({ runId }: { runId: string }) {
  const t = useTranslations('runForms');
  const empty = { summary: '', cause: '', lessons: '' };
  const [text, setText] = useState(empty);
  const write = useCommand(trpc.runs.writePostMortem.mutate);
  return (
    <details className="card px-5 py-4">
      <summary className="font-medium">{t('postMortem')}</summary>
      <form
        className="mt-4 space-y-4"
        onSubmit={async (event) => {
          event.preventDefault();
          if (await write.run({ runId, ...text }, t('postMortemDone'))) setText(empty);
        }}
      >
        {parts.map((part) => (
          <Field key={part} id={`post-mortem-${part}`} label={t(part)} help={t(`${part}Help`)}>
            {(wiring) => (
              <textarea
                {...wiring}
                rows={3}
                minLength={part === 'summary' ? 10 : 1}
                maxLength={4000}
                required
                className="field-box"
                value={text[part]}
                onChange={(event) => setText({ ...text, [part]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <FieldError id="post-mortem-error" text={write.refusal?.text} />
        <Button type="submit" look="primary" small busy={write.busy}>
          {t('postMortemSend')}
        </Button>
      </form>
    </details>
  );
}
