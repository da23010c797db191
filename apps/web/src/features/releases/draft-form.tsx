'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';

interface Props {
  artifactId: string;
  slug: string;
  groups: { groupId: string | null; name: string }[];
}

/** What an artifact is called outside the hub, which version it is, and what its users should know. */
export function DraftForm({ artifactId, slug, groups }: Props) {
  const t = useTranslations('releases');
  const common = useTranslations('common');
  const router = useRouter();
  const [releaseId] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState({ slug, version: '1.0', notesJa: '', notesEn: '' });
  const [groupId, setGroupId] = useState(groups[0]?.groupId ?? null);
  const send = useCommand(trpc.releases.draft.mutate);
  const { code, params, text } = send.refusal ?? { code: null, params: {}, text: null };
  const wrong = (field: string) => (code === 'input.invalid' && params.field === field ? text : null);
  const taken = code === 'release.name-taken' ? text : null;
  const atField = taken || ['slug', 'version', 'notesJa', 'notesEn'].some((field) => wrong(field));
  return (
    <form
      className="max-w-3xl space-y-6"
      onSubmit={async (event) => {
        event.preventDefault();
        if (await send.run({ releaseId, groupId, artifactId, ...draft }, t('drafted'))) {
          router.push(`/releases/${releaseId}`);
        }
      }}
    >
      <div className="grid gap-6 sm:grid-cols-2">
        <Field id="slug" label={t('slug')} help={t('slugHelp')} error={wrong('slug')}>
          {(wiring) => (
            <input
              {...wiring}
              className="field-box"
              maxLength={96}
              required
              value={draft.slug}
              onChange={(event) => setDraft({ ...draft, slug: event.target.value })}
            />
          )}
        </Field>
        <Field id="version" label={t('version')} help={t('versionHelp')} error={wrong('version') ?? taken}>
          {(wiring) => (
            <input
              {...wiring}
              className="field-box"
              maxLength={40}
              required
              value={draft.version}
              onChange={(event) => setDraft({ ...draft, version: event.target.value })}
            />
          )}
        </Field>
      </div>
      <SelectField
        id="release-group"
        label={t('group')}
        help={t('groupHelp')}
        narrow
        value={groupId}
        choices={groups.map(({ groupId: value, name: label }) => ({ value, label }))}
        onChange={setGroupId}
      />
      {(['notesJa', 'notesEn'] as const).map((name) => (
        <Field
          key={name}
          id={name}
          label={t(name)}
          optional={common('optional')}
          help={t('notesHelp')}
          error={wrong(name)}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              rows={6}
              className="field-box"
              maxLength={4000}
              value={draft[name]}
              onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <FieldError id="draft-error" text={atField ? null : text} />
      <Button type="submit" look="primary" busy={send.busy}>
        {t('draft')}
      </Button>
    </form>
  );
}
