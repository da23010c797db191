'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';

/** Agrees to a version of the text on openness. */
export function Agree({ version }: { version: string }) {
  const t = useTranslations('me');
  const agree = useCommand(trpc.people.agree.mutate);
  return (
    <div className="mt-3">
      <Button
        small
        look="primary"
        busy={agree.busy}
        onClick={() => agree.run({ openness: version }, t('agreed'))}
      >
        {t('agree')}
      </Button>
      <FieldError id="agree-error" text={agree.refusal?.text} />
    </div>
  );
}
