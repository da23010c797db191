'use client';
import type { TokenScope, TokenSummary } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';

const lifetimes = [1, 7, 30, 90, 365] as const;

/**
 * Issues a token for a node or a program and shows its secret once.
 * @param scopes what the reader can put into a token at all
 */
export function IssueToken({ hubUrl, scopes }: { hubUrl: string; scopes: TokenScope[] }) {
  const t = useTranslations('me');
  const words = useTranslations('permission');
  const [label, setLabel] = useState('');
  const [chosen, setChosen] = useState<TokenScope[]>(['node.work']);
  const [days, setDays] = useState<number | null>(90);
  const [made, setMade] = useState<{ secret: string; scopes: TokenScope[] } | null>(null);
  const issue = useCommand(trpc.people.issueToken.mutate);
  const choose = (scope: TokenScope, wanted: boolean) =>
    setChosen(wanted ? [...chosen, scope] : chosen.filter((one) => one !== scope));
  return (
    <div className="card space-y-4 p-5">
      <form
        className="space-y-4"
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await issue.run(
            { tokenId: crypto.randomUUID(), label, scopes: chosen, ...(days === null ? {} : { days }) },
            t('issued'),
          );
          if (!answer) return;
          setMade({ secret: answer.result.secret, scopes: chosen });
          setLabel('');
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
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
          <SelectField
            id="token-expiry"
            label={t('expiry')}
            value={days}
            choices={[
              ...lifetimes.map((length) => ({ value: length, label: t('days', { days: length }) })),
              { value: null, label: t('noExpiry') },
            ]}
            onChange={setDays}
          />
        </div>
        <fieldset>
          <legend className="mb-1 font-medium">{t('scopes')}</legend>
          <p className="phrase mb-2 text-sm leading-6 text-ink-2">{t('scopesHelp')}</p>
          <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
            {scopes.map((scope) => (
              <label key={scope} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  checked={chosen.includes(scope)}
                  onChange={(event) => choose(scope, event.target.checked)}
                />
                {words(scope.replace('.', '-') as 'public-read')}
              </label>
            ))}
          </div>
        </fieldset>
        <Button type="submit" look="primary" busy={issue.busy} disabled={chosen.length === 0}>
          {t('issue')}
        </Button>
      </form>
      {made && <Secret hubUrl={hubUrl} {...made} />}
    </div>
  );
}

function Secret({ hubUrl, secret, scopes }: { hubUrl: string; secret: string; scopes: TokenScope[] }) {
  const t = useTranslations('me');
  const node = `HUB_URL=${hubUrl} WORKER_TOKEN=${secret} WORKER_DIR=./node node apps/workers/src/donor/main.ts`;
  const program = `curl -H 'Authorization: Bearer ${secret}' ${hubUrl.replace(/\/$/, '')}/api/v1/me`;
  const isNodes = scopes.includes('node.work');
  return (
    <div role="status" className="space-y-2">
      <p className="phrase font-medium text-yamabuki">{t('secret')}</p>
      <CopyBlock label={t('tokens')} text={secret} />
      <p className="text-sm text-ink-2">{isNodes ? t('start') : t('apiUse')}</p>
      <CopyBlock label={isNodes ? t('start') : t('apiUse')} text={isNodes ? node : program} />
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
