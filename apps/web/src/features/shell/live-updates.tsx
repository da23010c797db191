'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { liveEvents } from '../../lib/live-events.ts';

/** Renders the page anew, from read models that contain them, when events happen that it is about. */
export function LiveUpdates({ on, at }: { on: string; at: number }) {
  const router = useRouter();
  useEffect(() => liveEvents.watch({ on: on.split(' '), at }, () => router.refresh()), [router, on, at]);
  return null;
}
