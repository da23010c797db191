'use client';
import { Check, Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ScrollRegion } from './scroll-region.tsx';

/** Text to paste somewhere else. */
export function CopyBlock({ text, label }: { text: string; label: string }) {
  const t = useTranslations('common');
  const [copied, setCopied] = useState(false);
  return (
    <div className="card relative bg-sunken">
      <ScrollRegion label={label} className="py-3 pr-14 pl-4">
        <pre className="font-mono text-[0.83rem] leading-6">{text}</pre>
      </ScrollRegion>
      <button
        type="button"
        aria-label={`${copied ? t('copied') : t('copy')}: ${label}`}
        className="absolute top-2 right-2 inline-flex size-8 items-center justify-center rounded-md bg-surface text-ink-2 hover:text-ink"
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        {copied ? (
          <Check aria-hidden className="size-4 text-wakatake" />
        ) : (
          <Copy aria-hidden className="size-4" />
        )}
      </button>
    </div>
  );
}
