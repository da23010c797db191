import type { LicenceVerdict, SourceState, UseRights } from '@tsudoi/schema';
import { Check, X } from 'lucide-react';
import { getLocale, getTranslations } from 'next-intl/server';
import { sourceTone } from '../../lib/labels.ts';
import { ruleSentence } from '../../server/rejections.ts';
import { Badge } from '../../ui/badge.tsx';

export async function SourceStateBadge({ state }: { state: SourceState }) {
  const t = await getTranslations('sourceState');
  return (
    <Badge tone={sourceTone[state]} dot>
      {t(state)}
    </Badge>
  );
}

const rights = ['train', 'search', 'redistribute'] as const;

/** The three uses, each with its answer in a sign and in words. */
export async function Rights({ rights: granted }: { rights: UseRights }) {
  const t = await getTranslations();
  return (
    <span className="inline-flex flex-wrap gap-x-3 gap-y-1">
      {rights.map((right) => (
        <span
          key={right}
          className={`inline-flex items-center gap-1 whitespace-nowrap text-sm ${granted[right] ? 'text-wakatake' : 'text-ink-3'}`}
        >
          {granted[right] ? <Check aria-hidden className="size-4" /> : <X aria-hidden className="size-4" />}
          {t(`right.${right}`)}
          <span className="sr-only">: {granted[right] ? t('source.allowed') : t('source.notAllowed')}</span>
        </span>
      ))}
    </span>
  );
}

/** What may be done and why: the verdict with the rules it rests on. */
export async function VerdictCard({ verdict }: { verdict: LicenceVerdict }) {
  const [t, locale] = await Promise.all([getTranslations('source'), getLocale()]);
  return (
    <div className="card p-5">
      <p className="mb-3 flex flex-wrap gap-2">
        {verdict.expressions.map((expression) => (
          <code key={expression} className="rounded-md bg-sunken px-2 py-0.5 font-mono text-sm break-all">
            {expression}
          </code>
        ))}
      </p>
      <Rights rights={verdict.rights} />
      <Reasons title={t('refusals')} tone="text-shu" reasons={verdict.refusals} locale={locale} />
      <Reasons title={t('obligations')} tone="text-ink" reasons={verdict.obligations} locale={locale} />
    </div>
  );
}

function Reasons(props: {
  title: string;
  tone: string;
  reasons: LicenceVerdict['obligations'];
  locale: 'ja' | 'en';
}) {
  if (props.reasons.length === 0) return null;
  return (
    <div className="mt-4 border-t border-line pt-3">
      <p className="text-sm text-ink-3">{props.title}</p>
      <ul className="mt-1 space-y-1.5">
        {[...Map.groupBy(props.reasons, ({ rule }) => rule)].map(([rule, reasons]) => (
          <li key={rule}>
            <p className={`phrase leading-7 ${props.tone}`}>{ruleSentence(rule, props.locale)}</p>
            <p className="text-sm leading-6 break-words text-ink-3">
              {reasons.map(({ licence }) => licence).join(', ')}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
