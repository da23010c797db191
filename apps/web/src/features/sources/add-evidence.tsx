'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { sha256Of } from '../../lib/upload.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Anybody who takes part may add what they found about a licence. */
export function AddEvidence({ sourceId }: { sourceId: string }) {
  const t = useTranslations('source');
  const common = useTranslations('common');
  const [open, setOpen] = useState(false);
  const [url, setUrl] = useState('');
  const [note, setNote] = useState('');
  const [sha256, setSha256] = useState<string | null>(null);
  const add = useCommand(trpc.sources.addEvidence.mutate);
  if (!open) {
    return (
      <Button small onClick={() => setOpen(true)}>
        {t('evidenceAdd')}
      </Button>
    );
  }
  const submit = async () => {
    if (!(await add.run({ sourceId, url, note, sha256 }, t('evidenceAdded')))) return;
    setUrl('');
    setNote('');
    setSha256(null);
    setOpen(false);
  };
  const atNote = add.refusal?.params.field === 'note';
  return (
    <form
      noValidate
      className="card space-y-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field id="added-url" label={t('evidenceUrl')} error={atNote ? null : add.refusal?.text}>
        {(wiring) => (
          <input
            {...wiring}
            type="url"
            className="field-box"
            placeholder="https://"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Field>
      <Field
        id="added-note"
        label={t('evidenceNote')}
        help={t('evidenceNoteHelp')}
        error={atNote ? add.refusal?.text : null}
      >
        {(wiring) => (
          <textarea
            {...wiring}
            rows={3}
            maxLength={4000}
            className="field-box"
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <Field
        id="added-copy"
        label={t('evidenceFile')}
        optional={common('optional')}
        help={t('evidenceFileHelp')}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            className="field-box"
            onChange={async (event) => {
              const file = event.target.files?.[0];
              setSha256(file ? await sha256Of(file) : null);
            }}
          />
        )}
      </Field>
      <div className="flex gap-2">
        <Button type="submit" look="primary" busy={add.busy}>
          {t('evidenceSend')}
        </Button>
        <Button look="bare" onClick={() => setOpen(false)}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
