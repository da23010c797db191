'use client';
import type { Role } from '@tsudoi/schema';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';

const all: Role[] = ['contributor', 'reviewer', 'lead', 'supervisor', 'admin'];

/** The roles of a person in one place, each of which can be taken away, and one more to give. They count at once. */
export function RoleEditor(props: {
  personId: string;
  name: string;
  /** Null: the whole hub. */
  groupId: string | null;
  held: Role[];
}) {
  const t = useTranslations('people');
  const words = useTranslations('role');
  const [chosen, setChosen] = useState<Role | ''>('');
  const grant = useCommand(trpc.people.grantRole.mutate);
  const revoke = useCommand(trpc.people.revokeRole.mutate);
  const { personId, name, groupId, held } = props;
  const offered = all.filter((role) => !held.includes(role));
  return (
    <div className="space-y-2">
      <ul className="flex flex-wrap gap-1.5 empty:hidden">
        {held.map((role) => (
          <li key={role} className="inline-flex items-center rounded-full bg-ai-soft pl-2.5 text-sm text-ai">
            {words(role)}
            <button
              type="button"
              aria-label={`${t('revoke', { role: words(role) })}: ${name}`}
              disabled={revoke.busy}
              className="ml-0.5 inline-flex size-7 items-center justify-center rounded-full hover:bg-surface"
              onClick={() => revoke.run({ personId, role, groupId }, t('revoked'))}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      {offered.length > 0 && (
        <form
          className="flex gap-2"
          onSubmit={async (event) => {
            event.preventDefault();
            if (chosen && (await grant.run({ personId, role: chosen, groupId }, t('granted')))) setChosen('');
          }}
        >
          <select
            aria-label={t('grantNamed', { name })}
            className="field-box w-auto py-1 text-sm"
            value={chosen}
            onChange={(event) => setChosen(event.target.value as Role)}
          >
            <option value="">{t('choose')}</option>
            {offered.map((role) => (
              <option key={role} value={role}>
                {words(role)}
              </option>
            ))}
          </select>
          <Button
            type="submit"
            small
            busy={grant.busy}
            disabled={chosen === ''}
            className="whitespace-nowrap"
          >
            {t('grant')}
          </Button>
        </form>
      )}
      <FieldError id={`role-${personId}`} text={(grant.refusal ?? revoke.refusal)?.text} />
    </div>
  );
}
