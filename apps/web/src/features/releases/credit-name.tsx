'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';

/** One's own choice: the name in lists of credits, or a number in its place. The work is credited either way. */
export function CreditName({ named }: { named: boolean }) {
  const t = useTranslations('credits');
  const choose = useCommand(trpc.people.chooseCredit.mutate);
  return (
    <div className="card mb-8 flex flex-wrap items-center justify-between gap-3 px-5 py-4">
      <p className="phrase text-ink-2">{named ? t('namedNow') : t('numberNow')}</p>
      <Button small busy={choose.busy} onClick={() => choose.run({ named: !named }, t('chosen'))}>
        {named ? t('hideName') : t('showName')}
      </Button>
      <FieldError id="credit-name-error" text={choose.refusal?.text} />
    </div>
  );
}
