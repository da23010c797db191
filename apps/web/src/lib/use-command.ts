'use client';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { toast } from './toast.ts';
import { type Refusal, readAfter } from './trpc.ts';
import { useRefusal } from './use-refusal.ts';

/**
 * Sends a command and shows its effect. One id per intention: a second click, or a retry after a broken line, is the
 * same command to the hub; a success, a refusal or a changed input begins a new one.
 */
export function useCommand<Input, Answer extends { position: number }>(
  send: (input: Input & { commandId: string }) => Promise<Answer>,
) {
  const router = useRouter();
  const refusalOf = useRefusal();
  const intention = useRef<{ commandId: string; input: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const run = async (input: Input, saved: string): Promise<Answer | null> => {
    const wanted = JSON.stringify(input);
    if (intention.current?.input !== wanted)
      intention.current = { commandId: crypto.randomUUID(), input: wanted };
    setBusy(true);
    setRefusal(null);
    try {
      const answer = await send({ ...input, commandId: intention.current.commandId });
      intention.current = null;
      readAfter(answer.position);
      if (saved) toast(saved);
      router.refresh();
      return answer;
    } catch (error) {
      const found = refusalOf(error);
      if (found.code !== null) intention.current = null;
      setRefusal(found);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, refusal, clear: () => setRefusal(null) };
}
