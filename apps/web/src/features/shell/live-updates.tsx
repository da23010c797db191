'use client';
import type { CloudEvent } from '@tsudoi/schema';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { readAfter } from '../../lib/trpc.ts';

const atMostEveryMs = 1500;

/**
 * One event stream per page. An event that something on the page watches (see Watch) renders the page anew, from
 * read models that contain the event, at most every second and a half and only while somebody looks.
 */
export function LiveUpdates() {
  const router = useRouter();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last = 0;
    let newest = 0;
    const refresh = () => {
      timer = null;
      if (document.visibilityState === 'hidden') return;
      last = Date.now();
      readAfter(newest);
      router.refresh();
    };
    const schedule = () => {
      timer ??= setTimeout(refresh, Math.max(150, last + atMostEveryMs - Date.now()));
    };
    const source = new EventSource('/api/stream');
    source.onmessage = (message) => {
      const event = JSON.parse(message.data) as CloudEvent;
      newest = Math.max(newest, event.position);
      if (isWatched(event.type.split('.')[1], event.subject)) schedule();
    };
    const onVisible = () => {
      if (document.visibilityState === 'visible' && newest > 0) schedule();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      source.close();
      document.removeEventListener('visibilitychange', onVisible);
      if (timer) clearTimeout(timer);
    };
  }, [router]);
  return null;
}

function isWatched(streamType: string, streamId: string): boolean {
  return [...document.querySelectorAll<HTMLElement>('[data-watch]')].some((element) =>
    (element.dataset.watch ?? '')
      .split(' ')
      .some((watch) => watch === streamType || watch === `${streamType}:${streamId}`),
  );
}
