'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { FieldError } from '../../ui/field.tsx';

/** Signs in as one of the people of a hub that listens on this machine alone. */
export function PersonaPicker(props: {
  next: string;
  personas: { personId: string; displayName: string; about: string }[];
}) {
  const t = useTranslations('signIn');
  const router = useRouter();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const signIn = async (personId: string) => {
    setBusy(personId);
    setProblem(null);
    const answer = await fetch('/api/session/local', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ personId }),
    }).catch(() => null);
    if (answer?.ok) {
      router.push(props.next);
      router.refresh();
      return;
    }
    const body = (await answer?.json().catch(() => null)) as
      | { rejection?: { text: string } }
      | null
      | undefined;
    setProblem(body?.rejection?.text ?? t('failed'));
    setBusy(null);
  };
  return (
    <>
      <ul className="grid gap-3 sm:grid-cols-2">
        {props.personas.map((persona) => (
          <li key={persona.personId}>
            <button
              type="button"
              disabled={busy !== null}
              aria-busy={busy === persona.personId || undefined}
              onClick={() => signIn(persona.personId)}
              className="card w-full px-5 py-4 text-left transition-colors hover:border-ai hover:bg-ai-soft/50 disabled:opacity-60"
            >
              <span className="block font-semibold">{persona.displayName}</span>
              <span className="block text-sm text-ink-2">{persona.about}</span>
            </button>
          </li>
        ))}
      </ul>
      <FieldError id="persona-error" text={problem} />
    </>
  );
}
