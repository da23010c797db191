'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { AdvancedJson } from '../../ui/advanced-json.tsx';
import { FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { draftOf, type QuestionProblem } from './questions-draft.ts';
import { QuestionsEditor } from './questions-editor.tsx';
import { type TemplateName, templates } from './templates.ts';

export const firstTemplate: TemplateName = 'safety-points';
const templateNames = Object.keys(templates) as TemplateName[];
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
      <SelectField
        id="template"
        label={t('template')}
        narrow
        value={template}
        choices={templateNames.map((name) => ({ value: name, label: t(`templates.${name}`) }))}
        onChange={(name) => {
          setTemplate(name);
          setText(asText(templates[name]));
        }}
      />
      {questions ? (
        <QuestionsEditor questions={questions} put={(changed) => setText(asText(changed))} />
      ) : (
        <p role="status" className="phrase text-shu">
          {t('questionsNotJson')}
        </p>
      )}
      <AdvancedJson
        id="questions"
        title={t('questionsAdvanced')}
        label={t('questions')}
        help={t('questionsHelp')}
        rows={14}
        text={text}
        onChange={setText}
      />
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
