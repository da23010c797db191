'use client';
import { useTranslations } from 'next-intl';
import { type CardDraft, type Gate, gatedKinds, gatesIn, withGate } from './card-draft.ts';

/** At which jobs of the run a supervisor looks: before they start, and before their results count. */
export function CardGates({ card, put }: { card: CardDraft; put: (card: CardDraft) => void }) {
  const t = useTranslations('cardForm');
  const kinds = useTranslations('jobKind');
  const gates = gatesIn(card);
  return (
    <fieldset aria-describedby="card-gates-help">
      <legend className="font-medium">{t('gates')}</legend>
      <p id="card-gates-help" className="phrase mt-1 mb-2 text-sm leading-6 text-ink-2">
        {t('gatesHelp')}
      </p>
      <ul className="divide-y divide-line">
        {gatedKinds(card).map((kind) => (
          <li key={kind} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-2">
            <span>{kinds(kind)}</span>
            <span className="flex gap-6">
              {(['start', 'end'] as Gate[]).map((gate) => (
                <label key={gate} className="flex items-center gap-2 text-sm">
                  <input
                    type="checkbox"
                    className="accent-ai"
                    aria-label={t('gateOf', { job: kinds(kind), gate: t(`gate.${gate}`) })}
                    checked={gates[gate].includes(kind)}
                    onChange={(event) => put(withGate(card, gate, kind, event.target.checked))}
                  />
                  {t(`gate.${gate}`)}
                </label>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
