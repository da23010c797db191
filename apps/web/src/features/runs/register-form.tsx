'use client';
import { type FilterRule, RunCard } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { type CorpusDraft, withCorpus } from './corpus-draft.ts';
import { CorpusEditor } from './corpus-editor.tsx';

interface Props {
  card: string;
  supersedes: string | null;
  groups: { groupId: string | null; name: string }[];
  presets: Record<string, FilterRule[]>;
}

/** The card of a new run: every setting, before anything of it starts. It is never amended; other settings are another run. */
export function RegisterForm({ card: given, supersedes, groups, presets }: Props) {
  const t = useTranslations('runForms');
  const router = useRouter();
  const [runId] = useState(() => crypto.randomUUID());
  const [card, setCard] = useState(given);
  const [groupId, setGroupId] = useState(groups[0]?.groupId ?? null);
  const [replaces, setReplaces] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const register = useCommand(trpc.runs.register.mutate);
  const submit = async () => {
    const read = readCard(card);
    setProblem('problem' in read ? t('cardWrong', read) : null);
    if ('problem' in read) return;
    const input = { runId, groupId, card: read.card, supersedes: replaces ? supersedes : null };
    if (await register.run(input, t('registered'))) router.push(`/runs/${runId}`);
  };
  const put = (draft: CorpusDraft) => {
    const read = readJson(card);
    setProblem('problem' in read ? t('cardWrong', read) : null);
    if ('value' in read) setCard(JSON.stringify(withCorpus(read.value, draft, presets), null, 2));
  };
  return (
    <form
      className="max-w-3xl space-y-6"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field id="run-group" label={t('group')} help={t('groupHelp')}>
        {(wiring) => (
          <select
            {...wiring}
            className="field-box sm:max-w-md"
            value={groupId ?? ''}
            onChange={(event) => setGroupId(event.target.value || null)}
          >
            {groups.map((group) => (
              <option key={group.groupId ?? ''} value={group.groupId ?? ''}>
                {group.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {supersedes && (
        <label className="flex items-start gap-3">
          <input
            type="checkbox"
            className="mt-1.5 accent-ai"
            checked={replaces}
            onChange={(event) => setReplaces(event.target.checked)}
          />
          {t('replaces')}
        </label>
      )}
      <CorpusEditor presets={presets} put={put} />
      <Field id="card" label={t('card')} help={t('cardHelp')} error={problem ?? register.refusal?.text}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={26}
            spellCheck={false}
            className="field-box font-mono text-[0.83rem]"
            value={card}
            onChange={(event) => setCard(event.target.value)}
          />
        )}
      </Field>
      <FieldError id="register-error" />
      <Button type="submit" look="primary" busy={register.busy}>
        {t('register')}
      </Button>
    </form>
  );
}

function readCard(text: string): { card: RunCard } | { field: string; problem: string } {
  const json = readJson(text);
  if ('problem' in json) return json;
  const read = RunCard.safeParse(json.value);
  if (read.success) return { card: read.data };
  const { path, message } = read.error.issues[0]!;
  return { field: path.join('.') || 'JSON', problem: message };
}

function readJson(text: string): { value: Record<string, unknown> } | { field: string; problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
    return { field: 'JSON', problem: '{ … }' };
  } catch (error) {
    return { field: 'JSON', problem: error instanceof Error ? error.message : '' };
  }
}
