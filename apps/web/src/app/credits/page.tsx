import { CreditRule } from '@tsudoi/schema';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { CreditsTable } from '../../features/releases/credits-table.tsx';
import { Watch } from '../../features/shell/watch.tsx';
import { api, viewerOfPage } from '../../server/api.ts';
import { buttonLook } from '../../ui/button.tsx';
import { FilterLinks } from '../../ui/filter-links.tsx';
import { Empty, Facts, PageHead, Section } from '../../ui/page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('credits'))('title') };
}

export default async function CreditsPage(props: { searchParams: Promise<{ group?: string }> }) {
  const { group } = await props.searchParams;
  const hub = await api();
  const [t, rules, why, locale, viewer, groups] = await Promise.all([
    getTranslations('credits'),
    getTranslations('creditRule'),
    getTranslations('creditRuleWhy'),
    getLocale(),
    viewerOfPage(),
    hub.groups.list(),
  ]);
  const chosen = groups.find(({ slug }) => slug === group);
  const { people, total } = await hub.credits.totals({ groupId: chosen?.groupId });
  return (
    <>
      <Watch on={['credit']} />
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          viewer && (
            <Link href={`/credits/${viewer.personId}`} className={buttonLook('quiet')}>
              {t('mine')}
            </Link>
          )
        }
      />
      <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <FilterLinks
            label={t('group')}
            current={chosen?.slug ?? null}
            options={[
              { value: null, label: t('everyGroup') },
              ...groups.map(({ slug, nameJa, nameEn }) => ({
                value: slug,
                label: locale === 'ja' ? nameJa : nameEn,
              })),
            ]}
            href={(value) => (value ? `/credits?group=${value}` : '/credits')}
          />
          {people.length === 0 ? (
            <Empty title={t('empty')}>{t('emptyLead')}</Empty>
          ) : (
            <CreditsTable
              caption={t('title')}
              credits={people.map(({ person, rules: counted }) => ({
                person,
                rules: counted,
                statements: [],
              }))}
            />
          )}
          {total > people.length && (
            <p className="mt-3 text-sm text-ink-3">{t('more', { shown: people.length, total })}</p>
          )}
        </div>
        <aside className="min-w-0 max-lg:mt-10">
          <Section title={t('whatCounts')}>
            <p className="phrase mb-2 text-sm text-ink-2">{t('whatCountsLead')}</p>
            <Facts items={CreditRule.options.map((rule) => ({ term: rules(rule), value: why(rule) }))} />
          </Section>
        </aside>
      </div>
    </>
  );
}
