'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { Modal } from './modal.tsx';

/** A step that needs a reason, and a second thought: a button that opens a dialog asking for it. */
export function WithReason(props: {
  id: string;
  label: string;
  lead: string;
  reasonLabel: string;
  confirm: string;
  look?: 'quiet' | 'danger';
  command: { busy: boolean; refusal: { text: string } | null };
  /** Answers null when it was refused; the dialog then stays with the reason that was written. */
  onSend: (reason: string) => Promise<unknown>;
}) {
  const common = useTranslations('common');
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { id, label, lead, look = 'quiet', command } = props;
  return (
    <>
      <Button look={look} small onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal open={open} onOpenChange={setOpen} title={label} lead={lead}>
        <form
          className="space-y-4"
          onSubmit={async (event) => {
            event.preventDefault();
            if ((await props.onSend(reason)) === null) return;
            setOpen(false);
            setReason('');
          }}
        >
          <Field id={`${id}-reason`} label={props.reasonLabel} error={command.refusal?.text}>
            {(wiring) => (
              <textarea
                {...wiring}
                rows={3}
                maxLength={2000}
                required
                className="field-box"
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <div className="flex justify-end gap-2">
            <Button look="bare" onClick={() => setOpen(false)}>
              {common('cancel')}
            </Button>
            <Button type="submit" look={look === 'danger' ? 'danger' : 'primary'} busy={command.busy}>
              {props.confirm}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
