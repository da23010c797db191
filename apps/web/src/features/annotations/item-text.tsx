'use client';
import type { ItemContent } from '@tsudoi/schema';
import { TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { Button } from '../../ui/button.tsx';

type Content = { text: string; reply: ItemContent['reply'] };

const nothingChanges = () => () => {};

/** Nothing of a sensitive set is in sight until its reader was warned and said yes: once per set and sitting. */
export function Warned(props: { setId: string; sensitive: boolean; children: ReactNode }) {
  const t = useTranslations('annotations');
  const key = `tsudoi-warned-${props.setId}`;
  const [agreed, setAgreed] = useState(false);
  const before = useSyncExternalStore(
    nothingChanges,
    () => sessionStorage.getItem(key) === 'yes',
    () => false,
  );
  const shown = !props.sensitive || agreed || before;
  if (shown) return props.children;
  return (
    <div className="rounded-xl border border-yamabuki/40 bg-yamabuki-soft px-5 py-6">
      <p className="flex items-center gap-2 font-semibold text-yamabuki">
        <TriangleAlert aria-hidden className="size-5" />
        {t('warning')}
      </p>
      <p className="phrase mt-2 max-w-2xl text-ink">{t('warningLead')}</p>
      <div className="mt-4">
        <Button
          look="primary"
          onClick={() => {
            sessionStorage.setItem(key, 'yes');
            setAgreed(true);
          }}
        >
          {t('showTexts')}
        </Button>
      </div>
    </div>
  );
}

/** What is judged: the text, and what was answered to it. */
export function ItemText({ content }: { content: Content }) {
  const t = useTranslations('annotations');
  return (
    <dl className="card divide-y divide-line">
      <TextPart name={t('text')} text={content.text} />
      {content.reply !== null && <TextPart name={t('reply')} text={content.reply} />}
    </dl>
  );
}

function TextPart({ name, text }: { name: string; text: string }) {
  return (
    <div className="px-5 py-4">
      <dt className="text-sm text-ink-3">{name}</dt>
      <dd className="mt-1 leading-8 break-words whitespace-pre-wrap">{text}</dd>
    </div>
  );
}
