'use client';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

/** A question that stands before the page: focus stays in it, Escape leaves it. */
export function Modal(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The button that opens it. */
  trigger: ReactNode;
  title: string;
  lead: string;
  children: ReactNode;
}) {
  return (
    <Dialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Dialog.Trigger asChild>{props.trigger}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content className="card fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-2rem))] -translate-1/2 overflow-y-auto p-6 shadow-2xl">
          <Dialog.Title className="text-lg">{props.title}</Dialog.Title>
          <Dialog.Description className="phrase mt-1 mb-4 text-ink-2">{props.lead}</Dialog.Description>
          {props.children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
