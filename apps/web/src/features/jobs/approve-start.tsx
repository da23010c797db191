'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';

/** The start check of a supervisor. */
export function ApproveStart({ jobId, named }: { jobId: string; named: string }) {
  const t = useTranslations('jobs');
  const approve = useCommand(trpc.jobs.approveStart.mutate);
  return (
    <div>
      <Button
        look="primary"
        small
        busy={approve.busy}
        aria-label={`${t('approve')}: ${named}`}
        onClick={() => approve.run({ jobId }, t('approved'))}
      >
        {t('approve')}
      </Button>
      <FieldError id={`approve-${jobId}`} text={approve.refusal?.text} />
    </div>
  );
}
