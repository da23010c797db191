'use client';
import type { SourceDetail } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { toast } from '../../lib/toast.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import {
  type Draft,
  draftOf,
  emptyDraft,
  fieldOfRefusal,
  NO_GROUP,
  proposalOf,
  revisionOf,
} from './draft.ts';
import { LicenceField, LicencePreview, useLicencePreview } from './licence-field.tsx';
import { PartsEditor } from './parts-editor.tsx';

/** The draft lives in the browser until it is sent, so that a closed tab loses nothing. */
function useDraft(draftKey: string, fresh: () => Draft) {
  const [draft, setDraft] = useState<Draft | null>(null);
  useEffect(() => {
    try {
      const kept = localStorage.getItem(draftKey);
      setDraft(kept ? { ...fresh(), ...(JSON.parse(kept) as Draft) } : fresh());
    } catch {
      setDraft(fresh()); // storage may be closed to us
    }
  }, [draftKey]);
  const keep = (next: Draft) => {
    setDraft(next);
    try {
      localStorage.setItem(draftKey, JSON.stringify(next));
    } catch {
      // A draft that cannot be kept can still be sent.
    }
  };
  const drop = () => {
    localStorage.removeItem(draftKey);
    setDraft(fresh());
  };
  return { draft, keep, drop };
}

interface Choices {
  /** Groups in which the viewer may propose: their reviewers decide. */
  groups: { groupId: string; name: string }[];
  /** Whether the viewer may also propose to no group; then only who reviews in the whole hub decides. */
  hubWide: boolean;
  rules: Record<string, string>;
}

export function ProposalForm(props: Choices) {
  const { draft, keep, drop } = useDraft('tsudoi.proposal.1', emptyDraft);
  if (!draft) return <div className="skeleton h-96" />;
  const offered = [...props.groups.map(({ groupId }) => groupId), ...(props.hubWide ? [NO_GROUP] : [])];
  const groupId = offered.includes(draft.groupId) ? draft.groupId : (offered[0] ?? NO_GROUP);
  return <Form {...props} draft={{ ...draft, groupId }} keep={keep} drop={drop} revises={false} />;
}

/** The same form about a proposal for which changes are wanted. Its group stays what it was. */
export function RevisionForm({ source, rules }: { source: SourceDetail; rules: Choices['rules'] }) {
  const key = `tsudoi.revision.${source.sourceId}.${source.round}`;
  const { draft, keep, drop } = useDraft(key, () => draftOf(source));
  if (!draft) return <div className="skeleton h-96" />;
  return <Form groups={[]} hubWide={false} rules={rules} draft={draft} keep={keep} drop={drop} revises />;
}

interface FormProps extends Choices {
  draft: Draft;
  keep: (draft: Draft) => void;
  drop: () => void;
  /** Whether the proposal is there already and is written anew. */
  revises: boolean;
}

function Form({ groups, hubWide, rules, draft, keep, drop, revises }: FormProps) {
  const t = useTranslations('propose');
  const revising = useTranslations('revise');
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const propose = useCommand(trpc.sources.propose.mutate);
  const revise = useCommand(trpc.sources.revise.mutate);
  const { refusal: refused, busy, clear } = revises ? revise : propose;
  const preview = useLicencePreview(draft.licence, draft.rights);
  const at = refused && fieldOfRefusal(refused.code, refused.params, draft);
  const errorOf = (input: string) => (at === input ? (refused?.text ?? null) : null);
  const set = (changes: Partial<Draft>) => {
    keep({ ...draft, ...changes });
    if (refused) clear();
  };

  // The refused field comes into view and takes the focus.
  useEffect(() => {
    const place = at && form.current?.querySelector<HTMLElement>(`#${CSS.escape(at)}`);
    if (place) (place.matches('fieldset') ? place.querySelector('input') : place)?.focus();
  }, [at]);

  const submit = async () => {
    const done = revises ? await revise.run(revisionOf(draft), '') : await propose.run(proposalOf(draft), '');
    if (!done) return;
    const sent = revises ? revising('sent') : t('sent');
    toast(done.result.refusedBy ? t('refused') : sent, done.result.refusedBy ? 'bad' : 'good');
    const { sourceId } = draft;
    drop();
    router.push(`/sources/${sourceId}`);
  };

  return (
    <form
      ref={form}
      noValidate
      className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_20rem]"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="space-y-10">
        <About draft={draft} set={set} errorOf={errorOf} groups={groups} hubWide={hubWide} />
        <section className="space-y-5" aria-labelledby="grounds">
          <h2 id="grounds" className="text-lg">
            {t('rightsHeading')}
          </h2>
          <LicenceField
            value={draft.licence}
            onChange={(licence) => set({ licence })}
            error={errorOf('licence')}
          />
          <Field
            id="evidenceUrl"
            label={t('evidence')}
            help={t('evidenceHelp')}
            error={errorOf('evidenceUrl')}
          >
            {(wiring) => (
              <input
                {...wiring}
                type="url"
                className="field-box"
                placeholder="https://"
                value={draft.evidenceUrl}
                onChange={(event) => set({ evidenceUrl: event.target.value })}
              />
            )}
          </Field>
          <UsesField draft={draft} set={set} error={errorOf('rights')} />
        </section>
        <section className="space-y-4" aria-labelledby="files">
          <h2 id="files" className="text-lg">
            {t('partsHeading')}
          </h2>
          <PartsEditor parts={draft.parts} onChange={(parts) => set({ parts })} errorOf={errorOf} />
        </section>
        <div>
          <FieldError id="form-error" text={errorOf('form')} />
          <div className="mt-3 flex flex-wrap gap-3">
            <Button type="submit" look="primary" busy={busy}>
              {busy ? t('submitting') : revises ? revising('submit') : t('submit')}
            </Button>
            <Button look="bare" onClick={drop}>
              {revises ? revising('reset') : t('discard')}
            </Button>
          </div>
        </div>
      </div>
      <aside className="max-lg:order-first max-lg:hidden lg:sticky lg:top-24 lg:self-start">
        <LicencePreview preview={preview} rules={rules} />
      </aside>
      <div className="lg:hidden">
        <LicencePreview preview={preview} rules={rules} />
      </div>
    </form>
  );
}

interface PartOfForm {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

function About(
  props: PartOfForm & Pick<Choices, 'groups' | 'hubWide'> & { errorOf: (input: string) => string | null },
) {
  const t = useTranslations('propose');
  const common = useTranslations('common');
  const { draft, set, errorOf, groups, hubWide } = props;
  return (
    <section className="space-y-5" aria-labelledby="about">
      <h2 id="about" className="text-lg">
        {t('about')}
      </h2>
      <Field id="titleJa" label={t('titleJa')} error={errorOf('titleJa')}>
        {(wiring) => (
          <input
            {...wiring}
            lang="ja"
            className="field-box"
            maxLength={120}
            placeholder={t('titleJaExample')}
            value={draft.titleJa}
            onChange={(event) => set({ titleJa: event.target.value })}
          />
        )}
      </Field>
      <Field id="titleEn" label={t('titleEn')} error={errorOf('titleEn')}>
        {(wiring) => (
          <input
            {...wiring}
            lang="en"
            className="field-box"
            maxLength={120}
            placeholder={t('titleEnExample')}
            value={draft.titleEn}
            onChange={(event) => set({ titleEn: event.target.value })}
          />
        )}
      </Field>
      <Field
        id="description"
        label={t('description')}
        optional={common('optional')}
        help={t('descriptionHelp')}
        error={errorOf('description')}
      >
        {(wiring) => (
          <textarea
            {...wiring}
            rows={4}
            className="field-box"
            maxLength={4000}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        )}
      </Field>
      {groups.length > 0 && (
        <SelectField
          id="groupId"
          label={t('group')}
          error={errorOf('groupId')}
          value={draft.groupId}
          choices={[
            ...(hubWide ? [{ value: NO_GROUP, label: t('noGroup') }] : []),
            ...groups.map(({ groupId: value, name: label }) => ({ value, label })),
          ]}
          onChange={(groupId) => set({ groupId })}
        />
      )}
    </section>
  );
}

const uses = [
  ['train', 'trainHelp'],
  ['search', 'searchHelp'],
  ['redistribute', 'redistributeHelp'],
] as const;

function UsesField({ draft, set, error }: PartOfForm & { error: string | null }) {
  const t = useTranslations('propose');
  return (
    <fieldset id="rights" aria-describedby="rights-error">
      <legend className="mb-2 font-medium">{t('uses')}</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {uses.map(([use, help]) => (
          <label
            key={use}
            className="card flex cursor-pointer gap-3 p-3 has-checked:border-ai has-checked:bg-ai-soft/60"
          >
            <input
              type="checkbox"
              className="mt-1.5 size-4 accent-ai"
              checked={draft.rights[use]}
              onChange={(event) => set({ rights: { ...draft.rights, [use]: event.target.checked } })}
            />
            <span>
              <span className="font-medium">{t(use)}</span>
              <span className="phrase block text-sm leading-6 text-ink-2">{t(help)}</span>
            </span>
          </label>
        ))}
      </div>
      <FieldError id="rights-error" text={error} />
    </fieldset>
  );
}
