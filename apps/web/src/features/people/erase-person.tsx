'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Field } from '../../ui/field.tsx';

/** Deletes somebody's personal data for good; the name must be typed, because nothing brings it back. */
export function ErasePerson(props: {
  personId: string;
  name: string;
  words: { label: string; title: string; lead: string; type: string; done: string; cancel: string };
  onErased?: () => void;
}) {
  const { personId, name, words, onErased } = props;
  const [typed, setTyped] = useState('');
  const erase = useCommand(trpc.people.erase.mutate);
  return (
    <Confirm
      label={words.label}
      title={words.title}
      lead={words.lead}
      cancel={words.cancel}
      busy={erase.busy}
      refusal={erase.refusal}
      disabled={typed.trim() !== name.trim()}
      onConfirm={async () => {
        const done = await erase.run({ personId }, words.done);
        if (done) onErased?.();
        return done !== null;
      }}
    >
      <Field id={`erase-${personId}`} label={words.type}>
        {(wiring) => (
          <input
            {...wiring}
            autoComplete="off"
            className="field-box"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}

/** For whoever manages people, when somebody asked to be forgotten. */
export function EraseOnRequest({ personId, name }: { personId: string; name: string }) {
  const t = useTranslations('people');
  const words = {
    label: t('erase'),
    title: t('eraseTitle', { name }),
    lead: t('eraseLead'),
    type: t('eraseType', { name }),
    done: t('erased'),
    cancel: t('cancel'),
  };
  return <ErasePerson personId={personId} name={name} words={words} />;
}
