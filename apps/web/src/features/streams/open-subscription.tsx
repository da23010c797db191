'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { type GroupChoice, GroupField } from './group-field.tsx';
import { allTopics, TopicsField, topicsOf } from './topics-field.tsx';

type Start = 'now' | 'start' | 'position';

/** Opens a subscription and goes to its page, where the credential is issued. */
export function OpenSubscription({ groups }: { groups: GroupChoice[] }) {
  const t = useTranslations('streams');
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState('');
  const [groupId, setGroupId] = useState('');
  const [topics, setTopics] = useState(allTopics);
  const [start, setStart] = useState<Start>('now');
  const [position, setPosition] = useState('');
  const command = useCommand(trpc.streams.openSubscription.mutate);
  if (!open) {
    return (
      <Button look="primary" onClick={() => setOpen(true)}>
        {t('open')}
      </Button>
    );
  }
  const submit = async () => {
    const subscriptionId = crypto.randomUUID();
    const after = { now: {}, start: { afterPosition: 0 }, position: { afterPosition: Number(position) } };
    const data = { subscriptionId, label, groupId: groupId || null, topics: topicsOf(topics) };
    if (await command.run({ ...data, ...after[start] }, t('opened')))
      router.push(`/streams/subscriptions/${subscriptionId}`);
  };
  const { refusal } = command;
  const named = refusal?.code === 'input.invalid' ? String(refusal.params.field).split('.')[0] : '';
  const at = refusal?.code === 'subscription.ahead' ? 'afterPosition' : named;
  const errorAt = (place: string) => (refusal && at === place ? refusal.text : null);
  const elsewhere = refusal && !['label', 'topics', 'afterPosition'].includes(at ?? '') ? refusal.text : null;
  return (
    <form
      noValidate
      className="card space-y-4 p-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field id="subscription-label" label={t('label')} help={t('labelHelp')} error={errorAt('label')}>
        {(wiring) => (
          <input
            {...wiring}
            className="field-box"
            maxLength={80}
            placeholder={t('labelExample')}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      <TopicsField id="subscription-topics" draft={topics} onChange={setTopics} error={errorAt('topics')} />
      <GroupField
        id="subscription-group"
        groups={groups}
        value={groupId}
        onChange={setGroupId}
        error={null}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          id="subscription-start"
          label={t('after')}
          value={start}
          choices={[
            { value: 'now', label: t('fromNow') },
            { value: 'start', label: t('fromStart') },
            { value: 'position', label: t('fromPosition') },
          ]}
          onChange={setStart}
        />
        {start === 'position' && (
          <Field id="subscription-position" label={t('afterPosition')} error={errorAt('afterPosition')}>
            {(wiring) => (
              <input
                {...wiring}
                inputMode="numeric"
                className="field-box"
                value={position}
                onChange={(event) => setPosition(event.target.value.replace(/\D/g, ''))}
              />
            )}
          </Field>
        )}
      </div>
      <FieldError id="subscription-error" text={elsewhere} />
      <Button type="submit" look="primary" busy={command.busy}>
        {t('open')}
      </Button>
    </form>
  );
}
