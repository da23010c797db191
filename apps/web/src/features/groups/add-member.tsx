'use client';
import type { PersonSummary } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { useRefusal } from '../../lib/use-refusal.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';

/** Finds somebody by name and adds them to a group. */
export function AddMember({ groupId }: { groupId: string }) {
  const t = useTranslations('groups');
  const refusalOf = useRefusal();
  const [text, setText] = useState('');
  const [found, setFound] = useState<PersonSummary[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const add = useCommand(trpc.groups.addMember.mutate);
  const search = async () => {
    setFailure(null);
    try {
      const { items } = await trpc.people.list.query({ text, limit: 10 });
      setFound(items.filter((person) => person.groups.every((group) => group.groupId !== groupId)));
    } catch (error) {
      setFailure(refusalOf(error).text);
    }
  };
  return (
    <div className="card p-4">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <Field id="add-member" label={t('add')} error={failure}>
          {(wiring) => (
            <div className="flex gap-2">
              <input
                {...wiring}
                type="search"
                className="field-box"
                placeholder={t('addSearch')}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
              <Button type="submit" className="whitespace-nowrap">
                {t('addSearch')}
              </Button>
            </div>
          )}
        </Field>
      </form>
      <div role="status">
        {found?.length === 0 && <p className="mt-3 text-ink-2">{t('addNone')}</p>}
        {found && found.length > 0 && (
          <ul className="mt-3 divide-y divide-line">
            {found.map(({ personId, displayName }) => (
              <li key={personId} className="flex items-center justify-between gap-3 py-2">
                {displayName}
                <Button
                  small
                  busy={add.busy}
                  aria-label={t('addNamed', { name: displayName })}
                  onClick={async () => {
                    if (await add.run({ groupId, personId }, t('added'))) setFound(null);
                  }}
                >
                  {t('addDo')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <FieldError id="add-member-refused" text={add.refusal?.text} />
    </div>
  );
}
