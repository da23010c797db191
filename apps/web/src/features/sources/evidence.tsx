import type { SourceDetail } from '@tsudoi/schema';
import { ExternalLink } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Section } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { AddEvidence } from './add-evidence.tsx';

/** Where the licence is stated: what the proposal named, and what others have found since. */
export async function Evidence({ source, mayAdd }: { source: SourceDetail; mayAdd: boolean }) {
  const [t, common] = await Promise.all([getTranslations('source'), getTranslations('common')]);
  return (
    <Section title={t('evidenceHeading')} id="evidence">
      <ul className="mb-4 space-y-3">
        <li>
          <Address url={source.evidenceUrl} />
          <p className="text-sm text-ink-3">{t('evidenceProposal')}</p>
        </li>
        {source.evidence.map(({ person, url, note, sha256, at }) => (
          <li key={`${url} ${at}`}>
            <Address url={url} />
            {note && <p className="whitespace-pre-line">{note}</p>}
            <p className="text-sm text-ink-3">
              {t('evidenceBy', { name: person.displayName || common('erasedPerson') })} · <Time at={at} />
            </p>
            {sha256 && (
              <p className="text-sm text-ink-3">
                {t('evidenceCopy')}: <code className="font-mono text-xs break-all">{sha256}</code>
              </p>
            )}
          </li>
        ))}
      </ul>
      {mayAdd && <AddEvidence sourceId={source.sourceId} />}
    </Section>
  );
}

function Address({ url }: { url: string }) {
  return (
    <a className="link break-all" href={url} rel="noreferrer nofollow" target="_blank">
      {url.replace(/^https?:\/\//, '')}
      <ExternalLink aria-hidden className="ml-1 inline size-3.5" />
    </a>
  );
}
