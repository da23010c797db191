'use client';
import type { FilterRule } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { problemWords } from '../../lib/problem-words.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { AdvancedJson } from '../../ui/advanced-json.tsx';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { asText, type CardDraft, type CardProblem, readCard, readJson } from './card-draft.ts';
import { CardFields, hasField, type UsableSource } from './card-fields.tsx';
import { type CorpusDraft, withCorpus } from './corpus-draft.ts';
import { CorpusEditor } from './corpus-editor.tsx';

interface Props {
  card: string;
  supersedes: string | null;
  groups: { groupId: string | null; name: string }[];
  presets: Record<string, FilterRule[]>;
  sources: UsableSource[];
}

/** The card of a new run: every setting, before anything of it starts. It is never amended; other settings are another run. */
export function RegisterForm({ card: given, supersedes, groups, presets, sources }: Props) {
  const t = useTranslations('runForms');
  const form = useTranslations('cardForm');
  const words = problemWords[useLocale()];
  const router = useRouter();
  const [runId] = useState(() => crypto.randomUUID());
  const [text, setText] = useState(given);
  const [groupId, setGroupId] = useState(groups[0]?.groupId ?? null);
  const [replaces, setReplaces] = useState(false);
  const [problem, setProblem] = useState<CardProblem | null>(null);
  const register = useCommand(trpc.runs.register.mutate);
  const draft = readJson(text);
  const put = (card: CardDraft) => setText(asText(card));
  const putCorpus = (corpus: CorpusDraft) => {
    if (!('value' in draft)) return false;
    put(withCorpus(draft.value, corpus, presets));
    return true;
  };
  const submit = async () => {
    const read = readCard(text, words);
    setProblem('problem' in read ? read : null);
    if ('problem' in read) return;
    const input = { runId, groupId, card: read.card, supersedes: replaces ? supersedes : null };
    if (await register.run(input, t('registered'))) router.push(`/runs/${runId}`);
  };
  const wrong = problem ?? refusedField(register.refusal);
  const atField = wrong && 'value' in draft && hasField(wrong.field);
  const whole = problem ? t('cardWrong', { ...problem }) : register.refusal?.text;

  return (
    <form
      className="max-w-3xl space-y-6"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SelectField
        id="run-group"
        label={t('group')}
        help={t('groupHelp')}
        narrow
        value={groupId}
        choices={groups.map(({ groupId: value, name: label }) => ({ value, label }))}
        onChange={setGroupId}
      />
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
      {'value' in draft ? (
        <CardFields card={draft.value} put={put} sources={sources} wrong={wrong} />
      ) : (
        <p role="status" className="phrase text-shu">
          {form('notJson')}
        </p>
      )}
      <CorpusEditor presets={presets} put={putCorpus} />
      <AdvancedJson
        id="card"
        title={form('advanced')}
        label={t('card')}
        help={form('advancedHelp')}
        rows={26}
        text={text}
        onChange={setText}
      />
      <FieldError id="register-error" text={atField ? null : whole} />
      <Button type="submit" look="primary" busy={register.busy}>
        {t('register')}
      </Button>
    </form>
  );
}

/** A refusal that names a setting is said at that setting's field. */
function refusedField(refusal: { params: Record<string, unknown>; text: string } | null): CardProblem | null {
  return refusal && typeof refusal.params.field === 'string'
    ? { field: refusal.params.field.replace(/^card\./, ''), problem: refusal.text }
    : null;
}
