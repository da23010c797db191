'use client';
import type { Answers, Category } from '@tsudoi/schema';
import { useLocale, useTranslations } from 'next-intl';
import { type KeyboardEvent, useRef } from 'react';

/** Past this many a list to choose from is easier to read than buttons. */
const mostButtons = 12;

/**
 * One answer to each question of a set. Within a question a digit chooses its value and goes on to the next question;
 * the digits work only while the question has the focus, so they are in nobody's way elsewhere.
 */
export function AnswerFields(props: {
  categories: Category[];
  answers: Answers;
  onChange: (answers: Answers) => void;
  /** Questions that the reviewers did not agree on. */
  disputed?: string[];
}) {
  const t = useTranslations('annotations');
  const locale = useLocale();
  const root = useRef<HTMLDivElement>(null);
  const { categories, answers, onChange, disputed = [] } = props;

  const byDigit = (event: KeyboardEvent, index: number) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const chosen = categories[index]!.values[Number(key) - 1];
    if (!/^[1-9]$/.test(key) || !chosen || ctrlKey || metaKey || altKey) return;
    event.preventDefault();
    onChange({ ...answers, [categories[index]!.key]: chosen.value });
    const next = root.current?.querySelector<HTMLElement>(
      `[data-question="${index + 1}"] :is(input, select)`,
    );
    (next ?? root.current?.parentElement?.querySelector<HTMLElement>('textarea'))?.focus();
  };

  return (
    <div ref={root} className="space-y-6">
      {categories.map((category, index) => (
        <fieldset key={category.key} data-question={index} onKeyDown={(event) => byDigit(event, index)}>
          <legend className="mb-2 font-medium">
            {category[locale]}
            {disputed.includes(category.key) && (
              <span className="ml-2 rounded-full bg-yamabuki-soft px-2 py-0.5 text-sm text-yamabuki">
                {t('disagreed')}
              </span>
            )}
          </legend>
          {category.values.length > mostButtons ? (
            <select
              aria-label={category[locale]}
              className="field-box"
              value={answers[category.key] ?? ''}
              onChange={(event) => onChange({ ...answers, [category.key]: event.target.value })}
            >
              <option value="" disabled>
                {t('choose')}
              </option>
              {category.values.map((one) => (
                <option key={one.value} value={one.value}>
                  {one[locale]}
                </option>
              ))}
            </select>
          ) : (
            <div className="grid gap-2">
              {category.values.map((one, place) => (
                <label
                  key={one.value}
                  className="grid cursor-pointer grid-cols-[auto_auto_1fr] items-start gap-x-3 rounded-lg border border-line-2 px-3 py-2 has-checked:border-ai has-checked:bg-ai-soft has-focus-visible:outline-2 has-focus-visible:outline-ai"
                >
                  <input
                    type="radio"
                    name={category.key}
                    className="mt-1.5 accent-ai"
                    checked={answers[category.key] === one.value}
                    onChange={() => onChange({ ...answers, [category.key]: one.value })}
                  />
                  <kbd
                    aria-hidden
                    className="mt-0.5 min-w-6 rounded border border-line-2 bg-sunken text-center font-mono text-xs leading-5 text-ink-2 max-sm:hidden"
                  >
                    {place < 9 ? place + 1 : ''}
                  </kbd>
                  <span className="max-sm:col-span-2">
                    {one[locale]}
                    {(locale === 'ja' ? one.helpJa : one.helpEn) && (
                      <span className="phrase block text-sm leading-6 text-ink-2">
                        {locale === 'ja' ? one.helpJa : one.helpEn}
                      </span>
                    )}
                  </span>
                </label>
              ))}
            </div>
          )}
        </fieldset>
      ))}
    </div>
  );
}

export function answersComplete(categories: Category[], answers: Answers): boolean {
  return categories.every(({ key }) => answers[key] !== undefined);
}
