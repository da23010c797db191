'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { toast } from './toast.ts';
import { type Refusal, readAfter, refusalOf } from './trpc.ts';

/**
 * Sends a command and shows its effect. One id per intention: a second click, or a retry after a broken line, is the
 * same command to the hub; a success, a refusal or a changed input begins a new one.
 */
export function useCommand<Input, Answer extends { position: number }>(
  send: (input: Input & { commandId: string }) => Promise<Answer>,
) {
  const router = useRouter();
  const t = useTranslations('common');
  const intention = useRef<{ commandId: string; input: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const say = (found: Refusal): string => {
    if (found.text) return found.text;
    return found.traceId ? t('unexpectedTrace', { traceId: found.traceId }) : t('unexpected');
  };

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
      setRefusal({ ...found, text: say(found) });
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, refusal, clear: () => setRefusal(null) };
}
