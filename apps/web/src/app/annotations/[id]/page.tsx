import { type AnnotationSetDetail, rolesPermit } from '@tsudoi/schema';
import { Download } from 'lucide-react';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { AgreementTable, SetStateBadge } from '../../../features/annotations/annotation-bits.tsx';
import { ImportItems } from '../../../features/annotations/import-items.tsx';
import { ItemList, itemStates } from '../../../features/annotations/item-list.tsx';
import { SetActions } from '../../../features/annotations/set-actions.tsx';
import { Watch } from '../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../i18n/client-messages.tsx';
import { api, orNotFound, viewerOfPage } from '../../../server/api.ts';
import { buttonLook } from '../../../ui/button.tsx';
import { Bar, Facts, PageHead, Section } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ state?: string; after?: string }>;
}

async function load({ params }: Pick<Props, 'params'>): Promise<AnnotationSetDetail> {
  const { id } = await params;
  return orNotFound((await api()).annotations.set({ setId: id }));
}

export async function generateMetadata(props: Props) {
  const [set, locale] = await Promise.all([load(props), getLocale()]);
  return { title: locale === 'ja' ? set.titleJa : set.titleEn };
}

export default async function AnnotationSetPage(props: Props) {
  const [set, query, viewer, t, common, locale] = await Promise.all([
    load(props),
    props.searchParams,
    viewerOfPage(),
    getTranslations('annotations'),
    getTranslations('common'),
    getLocale(),
  ]);
  const roles = viewer?.roles ?? [];
  const mayManage = rolesPermit(roles, 'annotation.manage', set.groupId);
  const mayReview = rolesPermit(roles, 'annotation.annotate', set.groupId);
  const state = itemStates.find((one) => one === query.state);
  return (
    <ClientMessages of={['common', 'annotations']}>
      <Watch on={[`annotation-set:${set.setId}`, 'annotation-item']} />
      <PageHead
        parent={{ href: '/annotations', label: t('title') }}
        title={locale === 'ja' ? set.titleJa : set.titleEn}
        meta={
          <>
            <SetStateBadge state={set.state} />
            <span>{t('drawnUpBy', { name: set.drawnUpBy.displayName || common('erasedPerson') })}</span>
            <span>{t('reviewsEach', { count: set.reviewsPerItem })}</span>
          </>
        }
        actions={
          <>
            {set.state === 'open' && mayReview && (
              <Link href={`/annotations/${set.setId}/review`} className={buttonLook('primary')}>
                {t('review')}
                {set.forMe ? ` (${set.forMe})` : ''}
              </Link>
            )}
            {mayManage && <SetActions set={set} />}
          </>
        }
      />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Section title={t('progress')}>
            <div className="card p-5">
              <Bar share={set.settled / Math.max(1, set.items)} label={t('progress')} />
              <p className="mt-2 text-ink-2 tabular-nums">
                {t('progressLine', { settled: set.settled, items: set.items, disputed: set.disputed })}
              </p>
            </div>
          </Section>
          <Section title={t('agreement')}>
            <p className="phrase mb-3 text-sm text-ink-2">{t('agreementLead')}</p>
            <AgreementTable
              agreement={set.agreementNow}
              categories={set.categories}
              caption={t('agreement')}
            />
          </Section>
          <Section title={t('itemsTitle')} id="items">
            <ItemList set={set} state={state} after={query.after} />
          </Section>
        </div>
        <aside className="min-w-0">
          <Section title={t('guideline')}>
            <p className="whitespace-pre-line text-ink-2">{set.guideline}</p>
          </Section>
          <Section title={t('facts')}>
            <Facts
              items={[
                { term: t('licence'), value: set.licence ?? t('licenceUnknown') },
                { term: t('settle'), value: t(`settleRule.${set.settle}`) },
                { term: t('sensitive'), value: set.sensitive ? t('sensitiveYes') : t('sensitiveNo') },
                ...set.categories.map((category) => ({
                  term: t('question'),
                  value: `${category[locale]} (${category.values.map((one) => one[locale]).join(' / ')})`,
                })),
              ]}
            />
          </Section>
          <Versions set={set} />
          <Section title={t('export')}>
            <p className="phrase mb-3 text-sm text-ink-2">{t('exportLead')}</p>
            <a
              href={`/api/annotation-sets/${set.setId}/export.jsonl`}
              download
              className={buttonLook('quiet', true)}
            >
              <Download aria-hidden className="size-4" />
              {t('exportFile')}
            </a>
          </Section>
          {set.state !== 'frozen' && mayReview && (
            <Section title={t('importTitle')}>
              <ImportItems setId={set.setId} />
            </Section>
          )}
        </aside>
      </div>
    </ClientMessages>
  );
}

async function Versions({ set }: { set: AnnotationSetDetail }) {
  const t = await getTranslations('annotations');
  return (
    <Section title={t('versions')}>
      {set.versions.length === 0 ? (
        <p className="phrase text-ink-2">{t('noVersions')}</p>
      ) : (
        <ul className="space-y-2">
          {set.versions.map((version) => (
            <li key={version.version} className="card px-4 py-3">
              <p className="flex justify-between gap-2">
                <span className="font-medium">{t('version', { version: version.version })}</span>
                <span className="text-sm text-ink-3">
                  <Time at={version.at} />
                </span>
              </p>
              <p className="text-sm text-ink-2">{t('itemCount', { items: version.items })}</p>
              <p className="font-mono text-xs break-all text-ink-3">sha256 {version.labelsHash}</p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
