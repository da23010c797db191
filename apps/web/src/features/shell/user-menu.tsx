'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';

/** Ends the session in the hub, then shows the page as anybody sees it. */
export function SignOut({ label }: { label: string }) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  return (
    <Button
      small
      busy={busy}
      onClick={async () => {
        setBusy(true);
        await fetch('/api/session', { method: 'DELETE' });
        router.push('/');
        router.refresh();
        setBusy(false);
      }}
    >
      {label}
    </Button>
  );
}
