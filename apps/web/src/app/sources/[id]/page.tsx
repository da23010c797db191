import { rolesPermit, type SourceDetail, type Viewer } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { ActivityFeed } from '../../../features/activity/feed.tsx';
import { ArtifactRows } from '../../../features/artifacts/artifact-rows.tsx';
import { JobRows } from '../../../features/jobs/job-rows.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { Evidence } from '../../../features/sources/evidence.tsx';
import { PartView } from '../../../features/sources/part-view.tsx';
import { ReviewForm } from '../../../features/sources/review-form.tsx';
import { Rights, SourceStateBadge, VerdictCard } from '../../../features/sources/source-bits.tsx';
import { WantedChanges } from '../../../features/sources/wanted-changes.tsx';
import { Withdraw } from '../../../features/sources/withdraw.tsx';
import { Withdrawn } from '../../../features/sources/withdrawn.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { ruleSentence } from '../../../server/rejections.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { buttonLook } from '../../../ui/button.tsx';
import { Facts, PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ descendants?: string }>;
}

async function load(props: Pick<Props, 'params'>): Promise<SourceDetail> {
  const { id } = await props.params;
  return orNotFound((await api()).sources.detail({ sourceId: id }));
}

export async function generateMetadata(props: Props) {
  const [source, locale] = await Promise.all([load(props), getLocale()]);
  return { title: locale === 'ja' ? source.titleJa : source.titleEn };
}

export default async function SourcePage(props: Props) {
  const erased = (await getTranslations('common'))('erasedPerson');
  const [source, viewer, t, sources, locale] = await Promise.all([
    load(props),
    viewerOfPage(),
    getTranslations('source'),
    getTranslations('sources'),
    getLocale(),
  ]);
  const { descendants } = await props.searchParams;
  const closed = source.state === 'withdrawn' || source.state === 'rejected';
  const isMine = viewer !== null && viewer.personId === source.proposer.personId;
  const mayAddEvidence =
    viewer !== null && rolesPermit(viewer.roles, 'source.propose', source.groupId) && !closed;
  const watched = [`source:${source.sourceId}`, ...source.jobs.map((job) => `job:${job.jobId}`), 'artifact'];
  const curates = viewer !== null && rolesPermit(viewer.roles, 'source.curate', source.groupId);
  const mayWithdraw = viewer?.permissions.includes('source.withdraw') && (isMine || curates) && !closed;
  return (
    <ClientMessages of={['common', 'source', 'verdict', 'artifactKind', 'runState', 'releaseState']}>
      <Watch on={watched} />
      <PageHead
        parent={{ href: '/sources', label: sources('title') }}
        title={locale === 'ja' ? source.titleJa : source.titleEn}
        meta={
          <>
            <SourceStateBadge state={source.state} />
            <span>{t('proposedBy', { name: source.proposer.displayName || erased })}</span>
            <span className="text-ink-3">
              <Time at={source.proposedAt} />
            </span>
          </>
        }
        lead={<span className="whitespace-pre-line">{source.description}</span>}
        actions={mayWithdraw && <Withdraw sourceId={source.sourceId} />}
      />
      {source.refusedBy && (
        <p className="phrase mb-8 rounded-xl bg-shu-soft px-5 py-4 text-shu">
          {ruleSentence(source.refusedBy.rule, locale)}{' '}
          <span className="text-sm">{source.refusedBy.licence}</span>
        </p>
      )}
      {source.state === 'changes-wanted' && (
        <WantedChanges source={source} title={t('changesWanted')}>
          <p className="phrase mt-3 text-ink-2">
            {isMine ? t('changesWantedMine') : t('changesWantedOthers')}
          </p>
          {isMine && (
            <Link
              href={`/sources/${source.sourceId}/revise`}
              className={`${buttonLook('primary', true)} mt-3`}
            >
              {t('revise')}
            </Link>
          )}
        </WantedChanges>
      )}
      {source.state === 'withdrawn' && <Withdrawn source={source} after={descendants} />}
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Reviews source={source} viewer={viewer} />
          <Section title={t('parts')}>
            <div className="space-y-3">
              {source.parts.map((part, index) => (
                <PartView key={index} part={part} />
              ))}
            </div>
          </Section>
          <Section title={t('jobs')}>
            {source.jobs.length > 0 ? (
              <JobRows jobs={source.jobs} caption={t('jobs')} />
            ) : (
              <p className="phrase text-ink-2">{t('noJobs')}</p>
            )}
          </Section>
          {source.state !== 'withdrawn' && (
            <Section title={t('artifacts')}>
              {source.artifacts.length > 0 ? (
                <ArtifactRows artifacts={source.artifacts} caption={t('artifacts')} />
              ) : (
                <p className="text-ink-2">{t('noArtifacts')}</p>
              )}
            </Section>
          )}
        </div>
        <aside className="min-w-0">
          <Section title={t('licenceVerdict')}>
            <VerdictCard verdict={source.verdict} />
            <div className="mt-3">
              <Facts items={[{ term: t('asked'), value: <Rights rights={source.rights} /> }]} />
            </div>
          </Section>
          <Evidence source={source} mayAdd={mayAddEvidence} />
          <Section title={t('history')}>
            <ActivityFeed items={source.history} linked={false} />
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}

const verdictTone: Record<SourceDetail['reviews'][number]['verdict'], Tone> = {
  accept: 'good',
  changes: 'wait',
  reject: 'bad',
};

async function Reviews({ source, viewer }: { source: SourceDetail; viewer: Viewer | null }) {
  const [t, words] = await Promise.all([getTranslations('source'), getTranslations('verdict')]);
  const open = source.state === 'under-review';
  const left = source.quorum - source.accepts;
  const erased = (await getTranslations('common'))('erasedPerson');
  return (
    <Section title={t('reviews')} aside={t('quorum', { accepts: source.accepts, quorum: source.quorum })}>
      {source.reviews.length > 0 && (
        <ul className="mb-4 space-y-3">
          {source.reviews.map((review) => (
            <li key={`${review.reviewer.personId} ${review.at}`} className="card p-4">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Badge tone={verdictTone[review.verdict]}>{words(review.verdict)}</Badge>
                <span className="font-medium">{review.reviewer.displayName || erased}</span>
                <span className="text-sm text-ink-3">
                  <Time at={review.at} />
                  {source.round > 1 && ` · ${t('round', { round: review.round })}`}
                </span>
              </p>
              {review.comment && <p className="mt-2 whitespace-pre-line text-ink-2">{review.comment}</p>}
            </li>
          ))}
        </ul>
      )}
      {source.reviews.length === 0 && <p className="mb-3 text-ink-2">{t('noReviews')}</p>}
      {open && left > 0 && <p className="phrase mb-4 text-ink-2">{t('accepts', { left })}</p>}
      {open && <ReviewOrWhyNot source={source} viewer={viewer} />}
    </Section>
  );
}

async function ReviewOrWhyNot({ source, viewer }: { source: SourceDetail; viewer: Viewer | null }) {
  const t = await getTranslations('source');
  if (viewer?.personId === source.proposer.personId)
    return <p className="phrase text-ink-3">{t('ownProposal')}</p>;
  if (!viewer || !rolesPermit(viewer.roles, 'source.review', source.groupId)) {
    return (
      <p className="phrase text-ink-3">
        {viewer ? (
          t('reviewSignIn')
        ) : (
          <Link className="link" href={`/sign-in?next=/sources/${source.sourceId}`}>
            {t('reviewSignIn')}
          </Link>
        )}
      </p>
    );
  }
  const mine = source.reviews.filter((review) => review.reviewer.personId === viewer.personId);
  if (mine.some((review) => review.round === source.round)) return null;
  return <ReviewForm sourceId={source.sourceId} />;
}
