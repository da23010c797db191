'use client';
import type { WebhookSummary } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCall } from '../../lib/use-call.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { Secret } from './secret.tsx';

/** Pausing and going on, and the end of a webhook. */
export function WebhookActions({ webhookId, state }: Pick<WebhookSummary, 'webhookId' | 'state'>) {
  const t = useTranslations('webhook');
  const router = useRouter();
  const suspend = useCommand(trpc.streams.suspendWebhook.mutate);
  const resume = useCommand(trpc.streams.resumeWebhook.mutate);
  const remove = useCommand(trpc.streams.deleteWebhook.mutate);
  const refusal = suspend.refusal ?? resume.refusal;
  return (
    <>
      {state === 'live' ? (
        <Button small busy={suspend.busy} onClick={() => suspend.run({ webhookId }, t('paused'))}>
          {t('pause')}
        </Button>
      ) : (
        <Button
          small
          look="primary"
          busy={resume.busy}
          onClick={() => resume.run({ webhookId }, t('resumed'))}
        >
          {t('resume')}
        </Button>
      )}
      <Confirm
        label={t('delete')}
        title={t('deleteTitle')}
        lead={t('deleteLead')}
        cancel={t('cancel')}
        busy={remove.busy}
        refusal={remove.refusal}
        onConfirm={async () => {
          const done = await remove.run({ webhookId }, t('deleted'));
          if (done) router.push('/streams');
          return done !== null;
        }}
      />
      <FieldError id="webhook-action-error" text={refusal?.text} />
    </>
  );
}

/** A new secret, for when the old one may be known to somebody. */
export function RotateSecret({ webhookId }: { webhookId: string }) {
  const t = useTranslations('webhook');
  const streams = useTranslations('streams');
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useCommand(trpc.streams.rotateWebhookSecret.mutate);
  return (
    <div className="mt-4 space-y-3">
      <p className="phrase text-sm text-ink-2">{t('rotateLead')}</p>
      <Button
        small
        busy={rotate.busy}
        onClick={async () => {
          const answer = await rotate.run({ webhookId }, t('rotated'));
          if (answer) setSecret(answer.result.secret);
        }}
      >
        {t('rotate')}
      </Button>
      <FieldError id="rotate-error" text={rotate.refusal?.text} />
      {secret && <Secret title={streams('secretTitle')} lead={streams('secret')} text={secret} />}
    </div>
  );
}

/** Sets the place where deliveries go on, back or ahead. */
export function Replay({ webhookId, position }: { webhookId: string; position: number }) {
  const t = useTranslations('webhook');
  const [after, setAfter] = useState(String(Math.max(0, position - 1)));
  const replay = useCall(trpc.streams.replayWebhook.mutate);
  const afterPosition = Number(after);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void replay.run({ webhookId, afterPosition }, t('replayed', { position: afterPosition }));
      }}
    >
      <Field id="replay-after" label={t('replayAfter')} help={t('replayLead')} error={replay.refusal?.text}>
        {(wiring) => (
          <div className="flex gap-2">
            <input
              {...wiring}
              inputMode="numeric"
              className="field-box"
              value={after}
              onChange={(event) => setAfter(event.target.value.replace(/\D/g, ''))}
            />
            <Button type="submit" busy={replay.busy} className="whitespace-nowrap" disabled={after === ''}>
              {t('replayDo')}
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}
