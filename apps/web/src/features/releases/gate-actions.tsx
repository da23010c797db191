'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';
import { WithReason } from '../../ui/with-reason.tsx';

const gates = {
  check: { send: trpc.releases.check.mutate, look: 'quiet' },
  approve: { send: trpc.releases.approve.mutate, look: 'primary' },
  publish: { send: trpc.releases.publish.mutate, look: 'primary' },
} as const;

/** One step of a release that needs nothing but a decision. */
export function GateButton({ releaseId, gate }: { releaseId: string; gate: keyof typeof gates }) {
  const t = useTranslations('releases');
  const { send, look } = gates[gate];
  const command = useCommand(send);
  return (
    <div className="mt-3">
      <Button
        look={look}
        small
        busy={command.busy}
        onClick={() => command.run({ releaseId }, t(`${gate}Done`))}
      >
        {t(gate)}
      </Button>
      <FieldError id={`${gate}-error`} text={command.refusal?.text} />
    </div>
  );
}

export function WithdrawRelease({ releaseId, released }: { releaseId: string; released: boolean }) {
  const t = useTranslations('releases');
  const withdraw = useCommand(trpc.releases.withdraw.mutate);
  return (
    <WithReason
      id="withdraw-release"
      look="danger"
      label={released ? t('withdraw') : t('giveUp')}
      lead={released ? t('withdrawLead') : t('giveUpLead')}
      reasonLabel={t('reason')}
      confirm={released ? t('withdraw') : t('giveUp')}
      command={withdraw}
      onSend={(reason) => withdraw.run({ releaseId, reason }, t('withdrawDone'))}
    />
  );
}
