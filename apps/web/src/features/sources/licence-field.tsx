'use client';
import type { LicenceVerdict, UseRights } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useEffect, useId, useState } from 'react';
import { refusalOf, trpc } from '../../lib/trpc.ts';
import { cx } from '../../ui/cx.ts';
import { Field } from '../../ui/field.tsx';

/** Waits until nothing was typed for a moment. */
function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** SPDX expression with suggestions (ARIA combobox pattern, list autocomplete). */
export function LicenceField(props: {
  value: string;
  onChange: (value: string) => void;
  error: string | null;
}) {
  const t = useTranslations('propose');
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [options, setOptions] = useState<{ id: string; name: string }[]>([]);
  const settled = useSettled(props.value, 150);
  // Suggestions are for the identifier being typed, which is the last word of the expression.
  const word = /[^\s()]*$/.exec(settled)?.[0] ?? '';
  useEffect(() => {
    if (!open) return;
    let current = true;
    trpc.sources.licences.query({ text: word.slice(0, 100), limit: 8 }).then(
      (found) => current && setOptions(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [open, word]);

  const choose = (id: string) => {
    props.onChange(props.value.replace(/[^\s()]*$/, id));
    setOpen(false);
    setActive(-1);
  };
  const shown = open && options.length > 0;
  return (
    <Field id="licence" label={t('licence')} help={t('licenceHelp')} error={props.error}>
      {(wiring) => (
        <div className="relative">
          <input
            {...wiring}
            className="field-box font-mono"
            role="combobox"
            aria-expanded={shown}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            placeholder="CC-BY-4.0"
            value={props.value}
            onChange={(event) => {
              props.onChange(event.target.value);
              setOpen(true);
              setActive(-1);
            }}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setOpen(false);
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault();
                setOpen(true);
                const step = event.key === 'ArrowDown' ? 1 : -1;
                setActive((at) =>
                  options.length
                    ? (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length
                    : -1,
                );
              }
              const option = options[active];
              if (event.key === 'Enter' && shown && option) {
                event.preventDefault();
                choose(option.id);
              }
            }}
          />
          <div
            id={listId}
            role="listbox"
            tabIndex={-1}
            aria-label={t('licenceList')}
            hidden={!shown}
            className="card absolute inset-x-0 top-full z-30 mt-1 max-h-72 overflow-y-auto py-1 shadow-xl shadow-black/10"
          >
            {options.map((option, index) => (
              <div
                key={option.id}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={cx(
                  'cursor-pointer px-3 py-1.5 leading-6',
                  index === active ? 'bg-ai-soft' : 'hover:bg-sunken',
                )}
                onPointerDown={(event) => {
                  event.preventDefault(); // keeps the focus in the input
                  choose(option.id);
                }}
              >
                <span className="font-mono text-[0.93rem]">{option.id}</span>
                <span className="block text-sm text-ink-3">{option.name}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </Field>
  );
}

export type Preview =
  | { state: 'empty' }
  | { state: 'verdict'; verdict: LicenceVerdict }
  | { state: 'unknown'; text: string };

/** The verdict the hub would reach for this licence, a moment after the last key. */
export function useLicencePreview(licence: string, rights: UseRights): Preview {
  const [preview, setPreview] = useState<Preview>({ state: 'empty' });
  const expression = useSettled(licence.trim(), 350);
  const { train, search, redistribute } = rights;
  useEffect(() => {
    if (!expression) {
      setPreview({ state: 'empty' });
      return;
    }
    let current = true;
    trpc.sources.checkLicence.query({ expression, rights: { train, search, redistribute } }).then(
      (verdict) => current && setPreview({ state: 'verdict', verdict }),
      (error) => current && setPreview({ state: 'unknown', text: refusalOf(error).text }),
    );
    return () => {
      current = false;
    };
  }, [expression, train, search, redistribute]);
  return preview;
}

export function LicencePreview({ preview, rules }: { preview: Preview; rules: Record<string, string> }) {
  const t = useTranslations('propose');
  return (
    <section aria-live="polite" aria-label={t('preview')} className="card p-5">
      <h3 className="mb-2 text-sm text-ink-3">{t('preview')}</h3>
      {preview.state === 'empty' && <p className="phrase text-ink-2">{t('previewEmpty')}</p>}
      {preview.state === 'unknown' && <p className="phrase text-shu">{preview.text}</p>}
      {preview.state === 'verdict' && <PreviewVerdict verdict={preview.verdict} rules={rules} />}
    </section>
  );
}

function PreviewVerdict({ verdict, rules }: { verdict: LicenceVerdict; rules: Record<string, string> }) {
  const t = useTranslations('propose');
  const refused = verdict.refusals.length > 0;
  const reasons = refused ? verdict.refusals : verdict.obligations;
  return (
    <>
      <p className={cx('font-semibold', refused ? 'text-shu' : 'text-wakatake')}>
        {refused ? t('previewRefused') : t('previewOpen')}
      </p>
      {!refused && reasons.length === 0 && <p className="mt-1 text-ink-2">{t('noObligations')}</p>}
      {reasons.length > 0 && (
        <>
          {!refused && <p className="mt-3 text-sm text-ink-3">{t('obligations')}</p>}
          <ul className="mt-1 space-y-1">
            {[...Map.groupBy(reasons, ({ rule }) => rule)].map(([rule, those]) => (
              <li key={rule}>
                <p className="phrase leading-7">{rules[rule] ?? rule}</p>
                <p className="text-sm leading-6 break-words text-ink-3">
                  {those.map(({ licence }) => licence).join(', ')}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
