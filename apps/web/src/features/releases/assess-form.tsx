'use client';
import type { SafetyEvidence, SafetyVerdict } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';

const verdicts: SafetyVerdict[] = ['acceptable', 'unacceptable'];

/** A judgement of safety, the evidence it rests on, and what the assessor has to say about it. */
export function AssessForm(props: {
  releaseId: string;
  evidence: { label: string; value: SafetyEvidence }[];
}) {
  const t = useTranslations('releases');
  const { releaseId, evidence } = props;
  const [chosen, setChosen] = useState(0);
  const [verdict, setVerdict] = useState<SafetyVerdict>('acceptable');
  const [statement, setStatement] = useState('');
  const assess = useCommand(trpc.releases.assessSafety.mutate);
  const basis = evidence[chosen];
  if (!basis) return <p className="phrase mt-2 text-sm text-ink-3">{t('noEvidence')}</p>;
  return (
    <form
      className="mt-3 space-y-4 rounded-xl bg-sunken p-4"
      aria-label={t('assess')}
      onSubmit={(event) => {
        event.preventDefault();
        void assess.run({ releaseId, evidence: basis.value, verdict, statement }, t('assessed'));
      }}
    >
      <SelectField
        id="evidence"
        label={t('evidence')}
        help={t('evidenceHelp')}
        value={chosen}
        choices={evidence.map(({ label }, value) => ({ value, label }))}
        onChange={setChosen}
      />
      <fieldset>
        <legend className="mb-2 font-medium">{t('verdictTitle')}</legend>
        <div className="flex flex-wrap gap-2">
          {verdicts.map((choice) => (
            <label
              key={choice}
              className="flex min-h-10 cursor-pointer items-center gap-2 rounded-lg border border-line-2 bg-surface px-3 has-checked:border-ai has-checked:bg-ai-soft has-focus-visible:outline-2 has-focus-visible:outline-ai"
            >
              <input
                type="radio"
                name="safety-verdict"
                className="accent-ai"
                checked={verdict === choice}
                onChange={() => setVerdict(choice)}
              />
              {t(`verdict.${choice}`)}
            </label>
          ))}
        </div>
      </fieldset>
      <Field id="statement" label={t('statement')} help={t('statementHelp')}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={3}
            minLength={10}
            maxLength={4000}
            required
            className="field-box"
            value={statement}
            onChange={(event) => setStatement(event.target.value)}
          />
        )}
      </Field>
      <FieldError id="assess-error" text={assess.refusal?.text} />
      <Button type="submit" look="primary" small busy={assess.busy}>
        {t('assess')}
      </Button>
    </form>
  );
}
