'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Renders the page anew every few seconds while it is looked at: for progress, which is no event. */
export function Poll({ seconds }: { seconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') router.refresh();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [router, seconds]);
  return null;
}
