'use client';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { trpc } from '../../lib/trpc.ts';
import { useCommand } from '../../lib/use-command.ts';
import { Button } from '../../ui/button.tsx';
import { Field, FieldError } from '../../ui/field.tsx';
import { type GroupChoice, GroupField } from './group-field.tsx';
import { Secret } from './secret.tsx';
import { allTopics, TopicsField, topicsOf } from './topics-field.tsx';

const ofAddress = ['webhook.insecure', 'webhook.private-address'];

/** Registers an address and shows the secret that signs its deliveries, once. */
export function RegisterWebhook({ groups }: { groups: GroupChoice[] }) {
  const t = useTranslations('streams');
  const [open, setOpen] = useState(false);
  const [url, setUrl] = useState('');
  const [groupId, setGroupId] = useState('');
  const [topics, setTopics] = useState(allTopics);
  const [secret, setSecret] = useState<string | null>(null);
  const register = useCommand(trpc.streams.registerWebhook.mutate);
  const submit = async () => {
    setSecret(null);
    const webhookId = crypto.randomUUID();
    const data = { webhookId, url, groupId: groupId || null, topics: topicsOf(topics) };
    const answer = await register.run(data, t('registered'));
    if (!answer) return;
    setSecret(answer.result.secret);
    setUrl('');
    setOpen(false);
  };
  const { refusal } = register;
  const field = refusal?.code === 'input.invalid' ? String(refusal.params.field).split('.')[0] : '';
  const isUrls = field === 'url' || ofAddress.includes(refusal?.code ?? '');
  const at = isUrls ? 'url' : field === 'topics' ? 'topics' : 'form';
  const errorAt = (place: string) => (refusal && at === place ? refusal.text : null);
  return (
    <div className="space-y-4">
      {secret && <Secret title={t('secretTitle')} lead={t('secret')} text={secret} />}
      {!open && (
        <Button look="primary" onClick={() => setOpen(true)}>
          {t('register')}
        </Button>
      )}
      {open && (
        <form
          noValidate
          className="card space-y-4 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Field id="webhook-url" label={t('url')} help={t('urlHelp')} error={errorAt('url')}>
            {(wiring) => (
              <input
                {...wiring}
                type="url"
                className="field-box"
                placeholder="https://"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            )}
          </Field>
          <TopicsField id="webhook-topics" draft={topics} onChange={setTopics} error={errorAt('topics')} />
          <GroupField id="webhook-group" groups={groups} value={groupId} onChange={setGroupId} error={null} />
          <FieldError id="webhook-error" text={errorAt('form')} />
          <Button type="submit" look="primary" busy={register.busy}>
            {t('register')}
          </Button>
        </form>
      )}
    </div>
  );
}
