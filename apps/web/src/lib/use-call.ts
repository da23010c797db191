'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { toast } from './toast.ts';
import type { Refusal } from './trpc.ts';
import { useRefusal } from './use-refusal.ts';

/** Calls what is no command of the log (a replay moves a cursor) and shows its effect; calling twice is calling once. */
export function useCall<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const router = useRouter();
  const refusalOf = useRefusal();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const run = async (input: Input, done: string): Promise<Answer | null> => {
    setBusy(true);
    setRefusal(null);
    try {
      const answer = await send(input);
      toast(done);
      router.refresh();
      return answer;
    } catch (error) {
      setRefusal(refusalOf(error));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, refusal };
}
