'use client';
import type { Descendant, Page } from '@tsudoi/schema';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { useRefusal } from '../../lib/use-refusal.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Descendants } from './descendants.tsx';

/** Taking a source back needs a reason, and a look at everything that was made from it. */
export function Withdraw({ sourceId }: { sourceId: string }) {
  const t = useTranslations('source');
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const withdraw = useCommand(trpc.sources.withdraw.mutate);
  return (
    <>
      <Button look="danger" small onClick={() => setOpen(true)}>
        {t('withdraw')}
      </Button>
      <Modal open={open} onOpenChange={setOpen} title={t('withdrawTitle')} lead={t('withdrawLead')}>
        <form
          className="space-y-4"
          onSubmit={async (event) => {
            event.preventDefault();
            if (await withdraw.run({ sourceId, reason }, t('withdrawn'))) setOpen(false);
          }}
        >
          <Concerned sourceId={sourceId} />
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
            <Button look="bare" onClick={() => setOpen(false)}>
              {t('cancel')}
            </Button>
            <Button type="submit" look="danger" busy={withdraw.busy}>
              {t('withdrawConfirm')}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

/** What the withdrawal would concern, looked up when the question is asked. */
function Concerned({ sourceId }: { sourceId: string }) {
  const t = useTranslations('source');
  const refusalOf = useRefusal();
  const [found, setFound] = useState<Page<Descendant> | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const gone = new AbortController();
    trpc.sources.descendants
      .query({ sourceId, limit: 200 }, { signal: gone.signal })
      .then(setFound, (error: unknown) => !gone.signal.aborted && setFailure(error));
    return () => gone.abort();
  }, [sourceId]);
  if (failure) return <FieldError id="concerned-error" text={refusalOf(failure).text} />;
  if (!found) return <p className="text-ink-3">{t('descendantsLoading')}</p>;
  if (found.items.length === 0) return <p className="phrase">{t('descendantsNone')}</p>;
  const count = (kind: Descendant['kind']) => found.items.filter((item) => item.kind === kind).length;
  const counts = { artifacts: count('artifact'), runs: count('run'), releases: count('release') };
  return (
    <div>
      <p className="phrase mb-2">{t('descendantsBefore')}</p>
      <p className="mb-2 font-medium">
        {found.next ? t('descendantsMore', { count: found.items.length }) : t('descendantsCount', counts)}
      </p>
      <ScrollRegion label={t('descendants')} className="card max-h-56">
        <Descendants items={found.items} />
      </ScrollRegion>
    </div>
  );
}
