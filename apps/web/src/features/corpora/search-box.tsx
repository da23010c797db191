'use client';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { refusalOf, trpc } from '../../lib/trpc.ts';
import type { SearchAnswer } from '../../server/corpora/search.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

type Asked = { query: string; exact: boolean; answer: SearchAnswer | null };

/** A question to a corpus, word for word or ranked, and the documents that answer it. */
export function SearchBox({ artifactId }: { artifactId: string }) {
  const t = useTranslations('corpus');
  const common = useTranslations('common');
  const [query, setQuery] = useState('');
  const [exact, setExact] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);

  const ask = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await trpc.corpora.search.query({ artifactId, query, exact });
      setAsked({ query, exact, answer });
    } catch (error) {
      setProblem(refusalOf(error).text || common('unexpected'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="card p-5">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Field id="corpus-query" label={t('query')} help={t('queryHelp')} error={problem}>
          {(wiring) => (
            <input
              {...wiring}
              type="search"
              required
              maxLength={500}
              className="field-box"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
            <legend className="sr-only">{t('mode')}</legend>
            {([true, false] as const).map((value) => (
              <label key={`${value}`} className="flex items-center gap-2">
                <input
                  type="radio"
                  name="mode"
                  className="accent-ai"
                  checked={exact === value}
                  onChange={() => setExact(value)}
                />
                {t(value ? 'modeExact' : 'modeRanked')}
              </label>
            ))}
          </fieldset>
          <Button type="submit" look="primary" busy={busy}>
            {t('search')}
          </Button>
        </div>
      </form>
      <div aria-live="polite">{asked && <Answer {...asked} />}</div>
    </div>
  );
}

function Answer({ exact, answer }: Asked) {
  const t = useTranslations('corpus');
  const locale = useLocale();
  if (!answer) return <p className="phrase mt-4 text-ink-2">{t('tooLargeToSearch')}</p>;
  const hits = answer.exact?.hits ?? answer.ranked ?? [];
  return (
    <div className="mt-5">
      <p className="text-sm text-ink-2">
        {exact && answer.exact
          ? t('occurrences', { count: answer.exact.occurrences, documents: answer.exact.documents })
          : t('ranked', { count: hits.length })}
        {!answer.complete && (
          <span className="ml-2 text-yamabuki">{t('incomplete', { count: answer.scanned })}</span>
        )}
      </p>
      <ol className="mt-3 divide-y divide-line">
        {hits.map((hit) => (
          <li key={hit.id} className="py-3">
            <p className="break-words leading-7">
              {hit.excerpt.before}
              {hit.excerpt.match && <mark className="bg-ai-soft text-ai">{hit.excerpt.match}</mark>}
              {hit.excerpt.after}
            </p>
            <p className="flex flex-wrap gap-x-4 text-sm text-ink-3">
              <span className="font-mono text-xs leading-6 break-all">{hit.path}</span>
              <span className="break-words">{hit.licence}</span>
              {'score' in hit && (
                <span className="tabular-nums">
                  BM25 {hit.score.toLocaleString(locale, { maximumFractionDigits: 2 })}
                </span>
              )}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}
