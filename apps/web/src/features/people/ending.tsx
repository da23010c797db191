'use client';
import { useTranslations } from 'next-intl';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { ErasePerson } from './erase-person.tsx';

/** The session is gone with the person, so the next page is read as anybody reads it. */
const goHome = () => window.location.assign('/');

/** Leaving with one's name on record, or with one's data erased. */
export function Ending({ personId, name }: { personId: string; name: string }) {
  const t = useTranslations('me');
  const leave = useCommand(trpc.people.leave.mutate);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <div className="card space-y-3 p-4">
        <p className="phrase text-sm leading-6 text-ink-2">{t('leaveHelp')}</p>
        <Confirm
          label={t('leave')}
          title={t('leaveTitle')}
          lead={t('leaveLead')}
          cancel={t('cancel')}
          busy={leave.busy}
          refusal={leave.refusal}
          onConfirm={async () => {
            const done = await leave.run({}, t('left'));
            if (done) goHome();
            return done !== null;
          }}
        />
      </div>
      <div className="card space-y-3 p-4">
        <p className="phrase text-sm leading-6 text-ink-2">{t('eraseHelp')}</p>
        <ErasePerson
          personId={personId}
          name={name}
          onErased={goHome}
          words={{
            label: t('erase'),
            title: t('eraseTitle'),
            lead: t('eraseLead'),
            type: t('eraseType', { name }),
            done: t('erased'),
            cancel: t('cancel'),
          }}
        />
      </div>
    </div>
  );
}
