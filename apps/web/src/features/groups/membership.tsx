'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FieldError } from '../../ui/field.tsx';

/** Joining a group, or leaving it with everything that hangs on it. */
export function Membership({
  groupId,
  name,
  isMember,
}: {
  groupId: string;
  name: string;
  isMember: boolean;
}) {
  const t = useTranslations('groups');
  const join = useCommand(trpc.groups.join.mutate);
  const leave = useCommand(trpc.groups.leave.mutate);
  if (isMember) {
    return (
      <Confirm
        label={t('leave')}
        title={t('leaveTitle', { name })}
        lead={t('leaveLead')}
        cancel={t('cancel')}
        busy={leave.busy}
        refusal={leave.refusal}
        onConfirm={async () => (await leave.run({ groupId }, t('left'))) !== null}
      />
    );
  }
  return (
    <>
      <Button
        small
        look="primary"
        busy={join.busy}
        aria-label={t('joinNamed', { name })}
        onClick={() => join.run({ groupId }, t('joined'))}
      >
        {t('join')}
      </Button>
      <FieldError id={`join-${groupId}`} text={join.refusal?.text} />
    </>
  );
}

/** Takes somebody out of a group. */
export function RemoveMember(props: { groupId: string; personId: string; name: string }) {
  const t = useTranslations('groups');
  const remove = useCommand(trpc.groups.removeMember.mutate);
  const { groupId, personId, name } = props;
  return (
    <Confirm
      label={t('remove')}
      title={t('removeTitle', { name })}
      lead={t('removeLead')}
      cancel={t('cancel')}
      busy={remove.busy}
      refusal={remove.refusal}
      onConfirm={async () => (await remove.run({ groupId, personId }, t('removed'))) !== null}
    />
  );
}
