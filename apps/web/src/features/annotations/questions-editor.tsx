'use client';
import type { Category } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { emptyQuestion, emptyValue, fewest, most, moved } from './questions-draft.ts';

type Value = Category['values'][number];

/** The questions of an annotation set as fields: added, removed, put in order, worded in both languages. */
export function QuestionsEditor(props: { questions: Category[]; put: (questions: Category[]) => void }) {
  const { questions, put } = props;
  const t = useTranslations('annotations');
  return (
    <section aria-label={t('questionBuilder')} className="space-y-4">
      <h2 className="text-base">{t('questionBuilder')}</h2>
      <p className="phrase text-sm text-ink-2">{t('questionBuilderHelp')}</p>
      {questions.map((question, index) => (
        <Question
          // keyed by place: a key that changed with every letter would lose the focus
          key={index}
          number={index + 1}
          question={question}
          put={(changed) => put(questions.with(index, changed))}
          order={
            <Order
              words={(step) => t(`${step}Question`, { number: index + 1 })}
              index={index}
              count={questions.length}
              fewest={fewest.questions}
              move={(to) => put(moved(questions, index, to))}
              remove={() => put(questions.toSpliced(index, 1))}
            />
          }
        />
      ))}
      <Button
        small
        disabled={questions.length >= most.questions}
        onClick={() => put([...questions, emptyQuestion(questions)])}
      >
        {t('addQuestion')}
      </Button>
    </section>
  );
}

function Question(props: {
  number: number;
  question: Category;
  put: (question: Category) => void;
  order: React.ReactNode;
}) {
  const { number, question, put, order } = props;
  const t = useTranslations('annotations');
  const id = `question-${number}`;
  const values = (changed: Value[]) => put({ ...question, values: changed });
  return (
    <fieldset className="card px-5 py-4">
      <legend className="px-1 font-medium">{t('questionNumber', { number })}</legend>
      {order}
      <div className="grid items-end gap-4 sm:grid-cols-2">
        <Words
          id={`${id}-ja`}
          label={t('wordsJa')}
          value={question.ja}
          put={(ja) => put({ ...question, ja })}
        />
        <Words
          id={`${id}-en`}
          label={t('wordsEn')}
          value={question.en}
          put={(en) => put({ ...question, en })}
        />
        <Words
          id={`${id}-key`}
          label={t('questionKey')}
          help={t('questionKeyHelp')}
          value={question.key}
          put={(key) => put({ ...question, key })}
        />
        <SelectField
          id={`${id}-scale`}
          label={t('scale')}
          help={t('scaleHelp')}
          value={question.scale}
          choices={[
            { value: 'nominal', label: t('scales.nominal') },
            { value: 'ordinal', label: t('scales.ordinal') },
          ]}
          onChange={(scale) => put({ ...question, scale })}
        />
      </div>
      <h3 className="mt-5 mb-2 text-sm text-ink-3">{t('values')}</h3>
      <ol className="space-y-4">
        {question.values.map((value, index) => (
          // keyed by place: a key that changed with every letter would lose the focus
          <li key={index} className="border-t border-line pt-3">
            <ValueFields
              id={`${id}-value-${index + 1}`}
              number={index + 1}
              value={value}
              put={(changed) => values(question.values.with(index, changed))}
            />
            <Order
              words={(step) => t(`${step}Value`, { question: number, number: index + 1 })}
              index={index}
              count={question.values.length}
              fewest={fewest.values}
              move={(to) => values(moved(question.values, index, to))}
              remove={() => values(question.values.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ol>
      <Button
        small
        className="mt-4"
        aria-label={t('addValue', { question: number })}
        disabled={question.values.length >= most.values}
        onClick={() => values([...question.values, emptyValue(question.values)])}
      >
        {t('addOne')}
      </Button>
    </fieldset>
  );
}

function ValueFields(props: { id: string; number: number; value: Value; put: (value: Value) => void }) {
  const { id, number, value, put } = props;
  const t = useTranslations('annotations');
  const named = (label: string) => `${t('value', { number })} · ${label}`;
  const at = (field: keyof Value, label: string) => (
    <Words
      id={`${id}-${field}`}
      label={named(label)}
      value={value[field]}
      optional={field.startsWith('help')}
      put={(text) => put({ ...value, [field]: text })}
    />
  );
  return (
    <div className="mb-3 grid items-end gap-x-4 gap-y-3 sm:grid-cols-2">
      {at('ja', t('wordsJa'))}
      {at('en', t('wordsEn'))}
      {at('helpJa', t('valueHelpJa'))}
      {at('helpEn', t('valueHelpEn'))}
      {at('value', t('questionKey'))}
    </div>
  );
}

function Words(props: {
  id: string;
  label: string;
  help?: string;
  optional?: boolean;
  value: string;
  put: (value: string) => void;
}) {
  const { id, label, help, optional = false, value, put } = props;
  return (
    <Field id={id} label={label} help={help}>
      {(wiring) => (
        <input
          {...wiring}
          className="field-box"
          maxLength={optional ? 1000 : 200}
          required={!optional}
          value={value}
          onChange={(event) => put(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Up, down and away, for an entry of a list; each button says to a screen reader which entry it is about. */
function Order(props: {
  words: (step: 'up' | 'down' | 'remove') => string;
  index: number;
  count: number;
  fewest: number;
  move: (to: number) => void;
  remove: () => void;
}) {
  const { words, index, count, fewest, move, remove } = props;
  const t = useTranslations('annotations');
  const steps = [
    { step: 'up', off: index === 0, act: () => move(index - 1) },
    { step: 'down', off: index === count - 1, act: () => move(index + 1) },
    { step: 'remove', off: count <= fewest, act: remove },
  ] as const;
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {steps.map(({ step, off, act }) => (
        <Button key={step} small look="bare" aria-label={words(step)} disabled={off} onClick={act}>
          {t(step)}
        </Button>
      ))}
    </div>
  );
}
