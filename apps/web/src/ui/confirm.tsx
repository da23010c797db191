'use client';
import { type ReactNode, useState } from 'react';
import type { Refusal } from '../lib/trpc.ts';
import { Button } from './button.tsx';
import { FieldError } from './field.tsx';
import { Modal } from './modal.tsx';

/** A button that asks once more before something that cannot be undone. */
export function Confirm(props: {
  label: string;
  title: string;
  lead: string;
  cancel: string;
  busy: boolean;
  refusal: Refusal | null;
  /** @returns whether it was done, so that the question goes away */
  onConfirm: () => Promise<boolean>;
  disabled?: boolean;
  children?: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" small onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Modal open={open} onOpenChange={setOpen} title={props.title} lead={props.lead}>
        {props.children}
        <FieldError id="confirm-error" text={props.refusal?.text} />
        <div className="mt-4 flex justify-end gap-2">
          <Button look="bare" onClick={() => setOpen(false)}>
            {props.cancel}
          </Button>
          <Button
            look="danger"
            busy={props.busy}
            disabled={props.disabled}
            onClick={async () => {
              if (await props.onConfirm()) setOpen(false);
            }}
          >
            {props.label}
          </Button>
        </div>
      </Modal>
    </>
  );
}
