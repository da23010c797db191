'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FieldError } from '../../ui/field.tsx';
import { credentialFile } from './nats-snippets.ts';
import { Secret } from './secret.tsx';

/** Issues the user and secret on NATS, to be copied or saved once. A second one takes the place of the first. */
export function Credential(props: { subscriptionId: string; url: string; isIssued: boolean }) {
  const t = useTranslations('subscription');
  const [file, setFile] = useState<string | null>(null);
  const issue = useCommand(trpc.streams.issueCredential.mutate);
  return (
    <div className="space-y-3">
      {props.isIssued && <p className="phrase text-sm text-ink-2">{t('issueLead')}</p>}
      <Button
        small={props.isIssued}
        look={props.isIssued ? 'quiet' : 'primary'}
        busy={issue.busy}
        onClick={async () => {
          const answer = await issue.run({ subscriptionId: props.subscriptionId }, t('issued'));
          if (answer) setFile(credentialFile({ url: props.url, ...answer.result }));
        }}
      >
        {props.isIssued ? t('issueAgain') : t('issue')}
      </Button>
      <FieldError id="credential-error" text={issue.refusal?.text} />
      {file && (
        <>
          <Secret title={t('credential')} lead={t('secret')} text={file} />
          <a
            className="link"
            download="tsudoi-nats.env"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(file)}`}
          >
            {t('download')}
          </a>
        </>
      )}
    </div>
  );
}

export function CloseSubscription({ subscriptionId }: { subscriptionId: string }) {
  const t = useTranslations('subscription');
  const router = useRouter();
  const close = useCommand(trpc.streams.closeSubscription.mutate);
  return (
    <Confirm
      label={t('close')}
      title={t('closeTitle')}
      lead={t('closeLead')}
      cancel={t('cancel')}
      busy={close.busy}
      refusal={close.refusal}
      onConfirm={async () => {
        const done = await close.run({ subscriptionId }, t('closed'));
        if (done) router.push('/streams');
        return done !== null;
      }}
    />
  );
}
