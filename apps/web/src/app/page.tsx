import type { ArtifactSummary, RunSummary } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ActivityFeed } from '../features/activity/feed.tsx';
import { Gathering } from '../features/home/gathering.tsx';
import { LatestModel } from '../features/home/latest-model.tsx';
import { Poll } from '../features/shell/poll.tsx';
import { Watch } from '../features/shell/watch.tsx';
import { bytes } from '../lib/labels.ts';
import { api } from '../server/api.ts';
import { buttonLook } from '../ui/button.tsx';
import { Empty, Section } from '../ui/page.tsx';

export default async function HomePage() {
  const hub = await api();
  const [t, status, activity, { items: runs }, models] = await Promise.all([
    getTranslations('home'),
    hub.hub.status(),
    hub.hub.activity({ limit: 14 }),
    hub.runs.list(),
    hub.artifacts.list({ kind: 'model', limit: 10 }),
  ]);
  return (
    <>
      <Watch on={['source', 'job', 'run', 'artifact', 'group', 'person']} />
      {runs.some((run) => run.state === 'running') && <Poll seconds={4} />}
      <Hero runs={runs} models={models.items} />
      <Counts counts={status.counts} />
      <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Section title={t('activity')} id="activity">
          {activity.length > 0 ? (
            <ActivityFeed items={activity} />
          ) : (
            <Empty title={t('activityEmpty')}>{t('activityEmptyLead')}</Empty>
          )}
        </Section>
        <TakePart />
      </div>
    </>
  );
}

async function Hero({ runs, models }: { runs: RunSummary[]; models: ArtifactSummary[] }) {
  const t = await getTranslations('home');
  return (
    <div className="relative mb-12 grid items-center gap-10 pt-4 lg:grid-cols-[minmax(0,1fr)_24rem] lg:pt-10">
      <div>
        <Gathering />
        <h1 className="text-[2.1rem] leading-[1.35] sm:text-[2.9rem]">{t('heading')}</h1>
        <p className="phrase mt-4 max-w-xl text-lg text-ink-2">{t('lead')}</p>
        <div className="mt-7 flex flex-wrap gap-3">
          <Link href="/sources/new" className={buttonLook('primary')}>
            {t('propose')}
          </Link>
          <Link href="/runs" className={buttonLook('quiet')}>
            {t('watch')}
          </Link>
        </div>
      </div>
      <LatestModel runs={runs} models={models} />
    </div>
  );
}

async function Counts({ counts }: { counts: Record<string, number> & { bytes: number } }) {
  const [t, locale] = await Promise.all([getTranslations('home'), getLocale()]);
  const items = [
    [t('people'), counts.people],
    [t('sources'), counts.sources],
    [t('running'), counts.jobsRunning],
    [t('queued'), counts.jobsQueued],
    [t('artifacts'), counts.artifacts],
  ] as const;
  return (
    <section aria-label={t('counts')} className="mb-12 border-y border-line">
      <dl className="grid grid-cols-3 gap-x-6 gap-y-4 py-5 md:flex md:justify-between">
        {items.map(([label, value]) => (
          <div key={label}>
            <dt className="text-sm text-ink-3">{label}</dt>
            <dd className="text-2xl leading-tight font-semibold tabular-nums">
              {(value ?? 0).toLocaleString(locale)}
            </dd>
          </div>
        ))}
        <div>
          <dt className="text-sm text-ink-3">{t('stored')}</dt>
          <dd className="text-2xl leading-tight font-semibold tabular-nums">{bytes(counts.bytes, locale)}</dd>
        </div>
      </dl>
    </section>
  );
}

async function TakePart() {
  const t = await getTranslations('home');
  const steps = [
    { title: t('part1'), lead: t('part1Lead'), href: '/sources/new' },
    { title: t('part2'), lead: t('part2Lead'), href: '/sources?state=under-review' },
    { title: t('part3'), lead: t('part3Lead'), href: '/people/me' },
  ];
  return (
    <Section title={t('takePart')} id="take-part">
      <ol className="card divide-y divide-line">
        {steps.map((step, index) => (
          <li key={step.href}>
            <Link href={step.href} className="flex gap-4 px-5 py-4 hover:bg-sunken/60">
              <span aria-hidden className="text-2xl leading-tight font-semibold text-ai tabular-nums">
                {index + 1}
              </span>
              <span>
                <span className="block font-semibold">{step.title}</span>
                <span className="phrase block text-sm leading-6 text-ink-2">{step.lead}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
