import { type RunDetail, rolesPermit, type Viewer } from '@tsudoi/schema';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { Section } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { PostMortemForm } from './run-actions.tsx';

/** Failures are first class: why a run ended, what it replaced, and what was learned, for everybody to read. */
export async function AfterTheEnd({ run, viewer }: { run: RunDetail; viewer: Viewer | null }) {
  const [t, common] = await Promise.all([getTranslations('runForms'), getTranslations('common')]);
  const endedBadly = run.state === 'failed' || run.state === 'abandoned';
  const mayWrite = endedBadly && rolesPermit(viewer?.roles ?? [], 'run.register', run.groupId);
  return (
    <>
      {run.supersedes && (
        <p className="mb-8 text-ink-2">
          {t('supersedes')}{' '}
          <Link className="link font-mono text-sm" href={`/runs/${run.supersedes}`}>
            {run.supersedes.slice(0, 8)}
          </Link>
        </p>
      )}
      {run.abandonedBecause && (
        <p className="phrase mb-8 rounded-xl bg-shu-soft px-5 py-4 text-shu">
          <span className="mr-2 font-semibold">{t('abandonedBecause')}</span>
          {run.abandonedBecause}
        </p>
      )}
      {endedBadly && (
        <Section title={t('postMortems')}>
          {run.postMortems.length === 0 && <p className="phrase mb-3 text-ink-2">{t('noPostMortem')}</p>}
          <ul className="mb-4 space-y-3">
            {run.postMortems.map(({ person, at, ...text }) => (
              <li key={at} className="card px-5 py-4">
                <p className="text-sm text-ink-3">
                  {person.displayName || common('erasedPerson')} · <Time at={at} />
                </p>
                {(['summary', 'cause', 'lessons'] as const).map((part) => (
                  <div key={part} className="mt-2">
                    <h3 className="text-sm text-ink-3">{t(part)}</h3>
                    <p className="whitespace-pre-line">{text[part]}</p>
                  </div>
                ))}
              </li>
            ))}
          </ul>
          {mayWrite && <PostMortemForm runId={run.runId} />}
        </Section>
      )}
    </>
  );
}
