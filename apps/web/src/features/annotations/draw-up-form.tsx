'use client';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { problemWords } from '../../lib/problem-words.ts';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { type QuestionProblem, readQuestions } from './questions-draft.ts';
import { asText, firstTemplate, QuestionsField } from './questions-field.tsx';
import { templates } from './templates.ts';

/** A new annotation set: what is asked of each item, how many blind reviews it gets, and under which licence it is published. */
export function DrawUpForm({ groups }: { groups: { groupId: string | null; name: string }[] }) {
  const t = useTranslations('annotations');
  const router = useRouter();
  const [setId] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState({
    ...{ titleJa: '', titleEn: '', guideline: '', licence: 'CC-BY-4.0', sensitive: true },
    ...{
      groupId: groups[0]?.groupId ?? null,
      reviewsPerItem: 3,
      settle: 'majority' as 'majority' | 'unanimous',
    },
  });
  const words = problemWords[useLocale()];
  const [questions, setQuestions] = useState(() => asText(templates[firstTemplate]));
  const [problem, setProblem] = useState<QuestionProblem | null>(null);
  const drawUp = useCommand(trpc.annotations.drawUp.mutate);
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const { code, params, text } = drawUp.refusal ?? { code: null, params: {}, text: null };
  const wrong = (field: string) => (code === 'input.invalid' && params.field === field ? text : null);
  const atLicence =
    code === 'licence.unknown' || code === 'annotation.licence-forbids' ? text : wrong('licence');
  const atField = atLicence || ['titleJa', 'titleEn', 'guideline'].some((field) => wrong(field));

  const submit = async () => {
    const read = readQuestions(questions, words);
    setProblem('problem' in read ? read : null);
    if ('problem' in read) return;
    const input = { setId, ...draft, categories: read.categories };
    if (await drawUp.run(input, t('drawnUp'))) router.push(`/annotations/${setId}`);
  };

  return (
    <form
      className="max-w-3xl space-y-6"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="grid gap-6 sm:grid-cols-2">
        {(['titleJa', 'titleEn'] as const).map((name) => (
          <Field key={name} id={name} label={t(name)} error={wrong(name)}>
            {(wiring) => (
              <input
                {...wiring}
                className="field-box"
                maxLength={120}
                required
                value={draft[name]}
                onChange={(event) => change({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <Field id="guideline" label={t('guideline')} help={t('guidelineHelp')} error={wrong('guideline')}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={5}
            className="field-box"
            maxLength={8000}
            required
            value={draft.guideline}
            onChange={(event) => change({ guideline: event.target.value })}
          />
        )}
      </Field>
      <div className="grid gap-6 sm:grid-cols-2">
        <SelectField
          id="group"
          label={t('group')}
          value={draft.groupId}
          choices={groups.map(({ groupId: value, name: label }) => ({ value, label }))}
          onChange={(groupId) => change({ groupId })}
        />
        <Field id="licence" label={t('licence')} help={t('licenceHelp')} error={atLicence}>
          {(wiring) => (
            <input
              {...wiring}
              className="field-box"
              maxLength={500}
              required
              value={draft.licence}
              onChange={(event) => change({ licence: event.target.value })}
            />
          )}
        </Field>
        <Field id="reviews" label={t('reviewsPerItem')} help={t('reviewsPerItemHelp')}>
          {(wiring) => (
            <input
              {...wiring}
              type="number"
              className="field-box"
              min={2}
              max={9}
              required
              value={draft.reviewsPerItem}
              onChange={(event) => change({ reviewsPerItem: event.target.valueAsNumber || 2 })}
            />
          )}
        </Field>
        <SelectField
          id="settle"
          label={t('settle')}
          help={t('settleHelp')}
          value={draft.settle}
          choices={[
            { value: 'majority', label: t('settleRule.majority') },
            { value: 'unanimous', label: t('settleRule.unanimous') },
          ]}
          onChange={(settle) => change({ settle })}
        />
      </div>
      <label className="flex items-start gap-3">
        <input
          type="checkbox"
          className="mt-1.5 accent-ai"
          checked={draft.sensitive}
          onChange={(event) => change({ sensitive: event.target.checked })}
        />
        <span>
          <span className="font-medium">{t('sensitive')}</span>
          <span className="phrase block text-sm text-ink-2">{t('sensitiveHelp')}</span>
        </span>
      </label>
      <QuestionsField text={questions} setText={setQuestions} problem={problem} />
      <FieldError id="draw-up-error" text={atField ? null : text} />
      <Button type="submit" look="primary" busy={drawUp.busy}>
        {t('drawUp')}
      </Button>
    </form>
  );
}
