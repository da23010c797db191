'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';

const fields = ['nameJa', 'nameEn', 'slug'] as const;

/** A new working group: its names, and the short one that stands in addresses. */
export function CreateGroup() {
  const t = useTranslations('groups');
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState({ slug: '', nameJa: '', nameEn: '' });
  const create = useCommand(trpc.groups.create.mutate);
  if (!open) return <Button onClick={() => setOpen(true)}>{t('create')}</Button>;
  const { refusal } = create;
  const at =
    refusal?.code === 'group.slug-taken'
      ? 'slug'
      : refusal?.code === 'input.invalid'
        ? String(refusal.params.field)
        : '';
  return (
    <form
      noValidate
      className="card mt-6 space-y-4 p-5"
      onSubmit={async (event) => {
        event.preventDefault();
        const done = await create.run({ groupId: crypto.randomUUID(), ...draft }, t('created'));
        if (done) router.push(`/groups/${draft.slug}`);
      }}
    >
      {fields.map((field) => (
        <Field
          key={field}
          id={`group-${field}`}
          label={t(field)}
          help={field === 'slug' ? t('slugHelp') : undefined}
          error={at === field ? refusal?.text : null}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="field-box"
              maxLength={field === 'slug' ? 40 : 120}
              value={draft[field]}
              onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <FieldError id="group-error" text={fields.some((field) => field === at) ? null : refusal?.text} />
      <Button type="submit" look="primary" busy={create.busy}>
        {t('create')}
      </Button>
    </form>
  );
}
