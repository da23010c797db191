'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Field, FieldError } from '../../ui/field.tsx';
import { draftOf, type QuestionProblem } from './questions-draft.ts';
import { QuestionsEditor } from './questions-editor.tsx';
import { type TemplateName, templates } from './templates.ts';

export const firstTemplate: TemplateName = 'safety-points';
export const asText = (questions: unknown) => JSON.stringify(questions, null, 2);

interface Props {
  /** The questions as JSON: what the fields write, and what is sent. */
  text: string;
  setText: (text: string) => void;
  problem: QuestionProblem | null;
}

/** What is asked of each item: begun from a template, written in fields, and as JSON for whoever brings a list along. */
export function QuestionsField({ text, setText, problem }: Props) {
  const t = useTranslations('annotations');
  const [template, setTemplate] = useState<TemplateName>(firstTemplate);
  const questions = draftOf(text);
  return (
    <>
      <Field id="template" label={t('template')}>
        {(wiring) => (
          <select
            {...wiring}
            className="field-box sm:max-w-md"
            value={template}
            onChange={(event) => {
              const name = event.target.value as TemplateName;
              setTemplate(name);
              setText(asText(templates[name]));
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
      {questions ? (
        <QuestionsEditor questions={questions} put={(changed) => setText(asText(changed))} />
      ) : (
        <p role="status" className="phrase text-shu">
          {t('questionsNotJson')}
        </p>
      )}
      <details className="card px-5 py-4">
        <summary className="cursor-pointer font-medium">{t('questionsAdvanced')}</summary>
        <div className="mt-4">
          <Field id="questions" label={t('questions')} help={t('questionsHelp')}>
            {(wiring) => (
              <textarea
                {...wiring}
                rows={14}
                spellCheck={false}
                className="field-box font-mono text-[0.83rem]"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        </div>
      </details>
      <FieldError id="questions-error" text={problem && said(t, problem)} />
    </>
  );
}

function said(t: ReturnType<typeof useTranslations<'annotations'>>, { question, problem }: QuestionProblem) {
  const what = problem ?? t('questionsDiffer');
  return question === null
    ? t('questionsWrongAll', { problem: what })
    : t('questionsWrong', { question, problem: what });
}
