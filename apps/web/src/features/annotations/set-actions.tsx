'use client';
import type { AnnotationSetDetail } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { FieldError } from '../../ui/field.tsx';
import { WithReason } from '../../ui/with-reason.tsx';

/** What whoever manages a set may do next: open it, freeze a version, open it again for the next. */
export function SetActions({ set }: { set: AnnotationSetDetail }) {
  const t = useTranslations('annotations');
  const open = useCommand(trpc.annotations.open.mutate);
  const freeze = useCommand(trpc.annotations.freeze.mutate);
  const reopen = useCommand(trpc.annotations.reopen.mutate);
  const { setId } = set;
  if (set.state === 'frozen') {
    return (
      <WithReason
        id="reopen"
        label={t('reopen')}
        lead={t('reopenLead')}
        reasonLabel={t('reason')}
        confirm={t('reopenSend')}
        command={reopen}
        onSend={(reason) => reopen.run({ setId, reason }, t('reopened'))}
      />
    );
  }
  const step =
    set.state === 'drawn-up'
      ? { label: t('open'), command: open, run: () => open.run({ setId }, t('opened')) }
      : { label: t('freeze'), command: freeze, run: () => freeze.run({ setId }, t('frozen')) };
  return (
    <div>
      <Button
        look={set.state === 'drawn-up' ? 'primary' : 'quiet'}
        busy={step.command.busy}
        onClick={step.run}
      >
        {step.label}
      </Button>
      <FieldError id="set-action-error" text={step.command.refusal?.text} />
    </div>
  );
}

/** Its author, or who manages the set, takes an item out of the next version. */
export function WithdrawItem({ itemId }: { itemId: string }) {
  const t = useTranslations('annotations');
  const withdraw = useCommand(trpc.annotations.withdrawItem.mutate);
  return (
    <WithReason
      id="withdraw-item"
      look="danger"
      label={t('withdrawItem')}
      lead={t('withdrawItemLead')}
      reasonLabel={t('reason')}
      confirm={t('withdrawItem')}
      command={withdraw}
      onSend={(reason) => withdraw.run({ itemId, reason }, t('itemWithdrawn'))}
    />
  );
}
