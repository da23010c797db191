'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';
import { WithReason } from '../../ui/with-reason.tsx';

interface Props {
  jobId: string;
}

const withReason = {
  refuse: trpc.jobs.refuseStart.mutate,
  sendBack: trpc.jobs.sendBack.mutate,
  cancel: trpc.jobs.cancel.mutate,
};

export const RefuseStart = ({ jobId }: Props) => <Ended jobId={jobId} step="refuse" />;
export const SendBack = ({ jobId }: Props) => <Ended jobId={jobId} step="sendBack" />;
export const CancelJob = ({ jobId }: Props) => <Ended jobId={jobId} step="cancel" />;

function Ended({ jobId, step }: Props & { step: keyof typeof withReason }) {
  const t = useTranslations('gates');
  const command = useCommand(withReason[step]);
  return (
    <WithReason
      id={step}
      look="danger"
      label={t(`${step}.label`)}
      lead={t(`${step}.lead`)}
      reasonLabel={t('reason')}
      confirm={t(`${step}.label`)}
      command={command}
      onSend={(reason) => command.run({ jobId, reason }, t(`${step}.done`))}
    />
  );
}

/** The result counts from here on: its artifacts are registered. */
export function ApproveEnd({ jobId }: Props) {
  const t = useTranslations('gates');
  const approve = useCommand(trpc.jobs.approveEnd.mutate);
  return (
    <div>
      <Button
        look="primary"
        small
        busy={approve.busy}
        onClick={() => approve.run({ jobId }, t('approveEndDone'))}
      >
        {t('approveEnd')}
      </Button>
      <FieldError id="approve-end-error" text={approve.refusal?.text} />
    </div>
  );
}

/** A failed job gets a few more leases. */
export function RetryJob({ jobId }: Props) {
  const t = useTranslations('gates');
  const retry = useCommand(trpc.jobs.retry.mutate);
  return (
    <div>
      <Button small busy={retry.busy} onClick={() => retry.run({ jobId, moreEpochs: 3 }, t('retryDone'))}>
        {t('retry')}
      </Button>
      <FieldError id="retry-error" text={retry.refusal?.text} />
    </div>
  );
}
