'use client';
import { useTranslations } from 'next-intl';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Taking a source back needs a reason, and a second thought. */
export function Withdraw({ sourceId }: { sourceId: string }) {
  const t = useTranslations('source');
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const withdraw = useCommand(trpc.sources.withdraw.mutate);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <Button look="danger" small>
          {t('withdraw')}
        </Button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content className="card fixed top-1/2 left-1/2 z-50 w-[min(32rem,calc(100vw-2rem))] -translate-1/2 p-6 shadow-2xl">
          <Dialog.Title className="text-lg">{t('withdrawTitle')}</Dialog.Title>
          <Dialog.Description className="phrase mt-1 mb-4 text-ink-2">{t('withdrawLead')}</Dialog.Description>
          <form
            className="space-y-4"
            onSubmit={async (event) => {
              event.preventDefault();
              if (await withdraw.run({ sourceId, reason }, t('withdrawn'))) setOpen(false);
            }}
          >
            <Field id="withdraw-reason" label={t('reason')} error={withdraw.refusal?.text}>
              {(wiring) => (
                <textarea
                  {...wiring}
                  rows={3}
                  maxLength={2000}
                  className="field-box"
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                />
              )}
            </Field>
            <div className="flex justify-end gap-2">
              <Dialog.Close asChild>
                <Button look="bare">{t('cancel')}</Button>
              </Dialog.Close>
              <Button type="submit" look="danger" busy={withdraw.busy}>
                {t('withdrawConfirm')}
              </Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
