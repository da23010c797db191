'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';

/** One's name, which everybody reads, and one's address, which nobody else does. */
export function ProfileForm(props: { displayName: string; email: string | null }) {
  const t = useTranslations('me');
  const common = useTranslations('common');
  const [displayName, setDisplayName] = useState(props.displayName);
  const [email, setEmail] = useState(props.email ?? '');
  const change = useCommand(trpc.people.changeProfile.mutate);
  const { refusal } = change;
  const at = refusal?.code === 'input.invalid' ? String(refusal.params.field) : '';
  const errorAt = (field: string) => (at === field ? refusal?.text : null);
  return (
    <form
      noValidate
      className="card space-y-4 p-5"
      onSubmit={(event) => {
        event.preventDefault();
        void change.run({ displayName, email: email.trim() || null }, t('saved'));
      }}
    >
      <Field
        id="display-name"
        label={t('displayName')}
        help={t('displayNameHelp')}
        error={errorAt('displayName')}
      >
        {(wiring) => (
          <input
            {...wiring}
            autoComplete="name"
            maxLength={80}
            className="field-box"
            value={displayName}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        )}
      </Field>
      <Field
        id="email"
        label={t('email')}
        optional={common('optional')}
        help={t('emailHelp')}
        error={errorAt('email')}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="email"
            autoComplete="email"
            maxLength={200}
            className="field-box"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <FieldError id="profile-error" text={at === 'displayName' || at === 'email' ? null : refusal?.text} />
      <Button type="submit" look="primary" busy={change.busy}>
        {t('save')}
      </Button>
    </form>
  );
}
