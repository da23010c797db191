'use client';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { onToast, type Toast } from '../../lib/toast.ts';

/** Short confirmations at the foot of the screen; read out politely. */
export function Toaster() {
  const [shown, setShown] = useState<(Toast & { key: number }) | null>(null);
  useEffect(() => onToast((toast) => setShown({ ...toast, key: Date.now() })), []);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), 5000);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-5 z-50 flex justify-center px-4">
      {shown && (
        <p
          key={shown.key}
          className="card flex animate-[arrive_.2s_ease-out] items-center gap-2.5 px-4 py-2.5 shadow-lg shadow-black/10"
        >
          {shown.tone === 'good' ? (
            <CircleCheck aria-hidden className="size-5 text-wakatake" />
          ) : (
            <CircleAlert aria-hidden className="size-5 text-shu" />
          )}
          {shown.text}
        </p>
      )}
    </div>
  );
}
