'use client';
import { Categories, type Category } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { type TemplateName, templates } from './templates.ts';

const asText = (name: TemplateName) => JSON.stringify(templates[name], null, 2);

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
  const [template, setTemplate] = useState<TemplateName>('safety-points');
  const [questions, setQuestions] = useState(asText('safety-points'));
  const [problem, setProblem] = useState<string | null>(null);
  const drawUp = useCommand(trpc.annotations.drawUp.mutate);
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const { code, params, text } = drawUp.refusal ?? { code: null, params: {}, text: null };
  const wrong = (field: string) => (code === 'input.invalid' && params.field === field ? text : null);
  const atLicence =
    code === 'licence.unknown' || code === 'annotation.licence-forbids' ? text : wrong('licence');
  const atField = atLicence || ['titleJa', 'titleEn', 'guideline'].some((field) => wrong(field));

  const submit = async () => {
    const categories = readQuestions(questions);
    setProblem(categories ? null : t('questionsWrong'));
    if (!categories) return;
    if (await drawUp.run({ setId, ...draft, categories }, t('drawnUp'))) router.push(`/annotations/${setId}`);
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
        <Field id="group" label={t('group')}>
          {(wiring) => (
            <select
              {...wiring}
              className="field-box"
              value={draft.groupId ?? ''}
              onChange={(event) => change({ groupId: event.target.value || null })}
            >
              {groups.map(({ groupId, name }) => (
                <option key={groupId ?? ''} value={groupId ?? ''}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
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
        <Field id="settle" label={t('settle')} help={t('settleHelp')}>
          {(wiring) => (
            <select
              {...wiring}
              className="field-box"
              value={draft.settle}
              onChange={(event) => change({ settle: event.target.value as typeof draft.settle })}
            >
              <option value="majority">{t('settleRule.majority')}</option>
              <option value="unanimous">{t('settleRule.unanimous')}</option>
            </select>
          )}
        </Field>
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
      <Field id="template" label={t('template')}>
        {(wiring) => (
          <select
            {...wiring}
            className="field-box sm:max-w-md"
            value={template}
            onChange={(event) => {
              const name = event.target.value as TemplateName;
              setTemplate(name);
              setQuestions(asText(name));
            }}
          >
            {(Object.keys(templates) as TemplateName[]).map((name) => (
              <option key={name} value={name}>
                {t(`templates.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field id="questions" label={t('questions')} help={t('questionsHelp')} error={problem}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={14}
            spellCheck={false}
            className="field-box font-mono text-[0.83rem]"
            value={questions}
            onChange={(event) => setQuestions(event.target.value)}
          />
        )}
      </Field>
      <FieldError id="draw-up-error" text={atField ? null : text} />
      <Button type="submit" look="primary" busy={drawUp.busy}>
        {t('drawUp')}
      </Button>
    </form>
  );
}

function readQuestions(text: string): Category[] | null {
  try {
    return Categories.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
