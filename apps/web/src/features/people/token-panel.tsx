'use client';
import type { TokenSummary } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Field, FieldError } from '../../ui/field.tsx';

/** Issues a token for a node and shows its secret once. */
export function IssueToken({ hubUrl }: { hubUrl: string }) {
  const t = useTranslations('me');
  const [label, setLabel] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const issue = useCommand(trpc.people.issueToken.mutate);
  return (
    <div className="card space-y-4 p-5">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await issue.run(
            { tokenId: crypto.randomUUID(), label, scopes: ['node.work'] },
            t('issued'),
          );
          if (!answer) return;
          setSecret(answer.result.secret);
          setLabel('');
        }}
      >
        <div className="min-w-60 grow">
          <Field id="token-label" label={t('label')} help={t('labelHelp')} error={issue.refusal?.text}>
            {(wiring) => (
              <input
                {...wiring}
                className="field-box"
                maxLength={80}
                placeholder={t('labelExample')}
                value={label}
                onChange={(event) => setLabel(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" busy={issue.busy}>
          {t('issue')}
        </Button>
      </form>
      {secret && (
        <div role="status" className="space-y-2">
          <p className="phrase font-medium text-yamabuki">{t('secret')}</p>
          <CopyBlock label={t('tokens')} text={secret} />
          <p className="text-sm text-ink-2">{t('start')}</p>
          <CopyBlock
            label={t('start')}
            text={`HUB_URL=${hubUrl} WORKER_TOKEN=${secret} WORKER_DIR=./node node apps/workers/src/donor/main.ts`}
          />
        </div>
      )}
    </div>
  );
}

export function RevokeToken({ token }: { token: TokenSummary }) {
  const t = useTranslations('me');
  const revoke = useCommand(trpc.people.revokeToken.mutate);
  return (
    <>
      <Button
        small
        look="danger"
        busy={revoke.busy}
        aria-label={t('revokeNamed', { label: token.label })}
        onClick={() => revoke.run({ tokenId: token.tokenId }, t('revoked'))}
      >
        {t('revoke')}
      </Button>
      <FieldError id={`revoke-${token.tokenId}`} text={revoke.refusal?.text} />
    </>
  );
}
