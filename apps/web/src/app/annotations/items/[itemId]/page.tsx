import { type AnnotationItemDetail, rolesPermit, type Viewer } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { AdjudicateForm } from '../../../../features/annotations/adjudicate-form.tsx';
import { ItemStateBadge } from '../../../../features/annotations/annotation-bits.tsx';
import { ItemText, Warned } from '../../../../features/annotations/item-text.tsx';
import { ReviewsTable } from '../../../../features/annotations/reviews-table.tsx';
import { WithdrawItem } from '../../../../features/annotations/set-actions.tsx';
import { Watch } from '../../../../features/shell/watch.tsx';
import { ClientMessages } from '../../../../i18n/client-messages.tsx';
import { short } from '../../../../lib/labels.ts';
import { api, orNotFound, viewerOfPage } from '../../../../server/api.ts';
import { PageHead, Section } from '../../../../ui/page.tsx';

interface Props {
  params: Promise<{ itemId: string }>;
}

async function load({ params }: Props): Promise<AnnotationItemDetail> {
  const { itemId } = await params;
  return orNotFound((await api()).annotations.item({ itemId }));
}

export async function generateMetadata(props: Props) {
  const t = await getTranslations('annotations');
  return { title: t('itemNumber', { id: short((await load(props)).itemId) }) };
}

export default async function ItemPage(props: Props) {
  const [item, viewer, t, common, locale] = await Promise.all([
    load(props),
    viewerOfPage(),
    getTranslations('annotations'),
    getTranslations('common'),
    getLocale(),
  ]);
  const { set } = item;
  const roles = viewer?.roles ?? [];
  const mayWithdraw =
    viewer !== null &&
    item.state !== 'withdrawn' &&
    set.state !== 'frozen' &&
    (rolesPermit(roles, 'annotation.manage', set.groupId) ||
      (viewer.personId === item.author.personId && rolesPermit(roles, 'annotation.annotate', set.groupId)));
  return (
    <ClientMessages of={['common', 'annotations']}>
      <Watch on={[`annotation-item:${item.itemId}`]} />
      <PageHead
        parent={{ href: `/annotations/${set.setId}`, label: locale === 'ja' ? set.titleJa : set.titleEn }}
        title={t('itemNumber', { id: short(item.itemId) })}
        meta={
          <>
            <ItemStateBadge state={item.state} />
            <span>{t('writtenBy', { name: item.author.displayName || common('erasedPerson') })}</span>
            <span>{t('reviewedOf', { reviewed: item.reviewed, wanted: item.wanted })}</span>
          </>
        }
        actions={mayWithdraw && <WithdrawItem itemId={item.itemId} />}
      />
      <Warned setId={set.setId} sensitive={set.sensitive}>
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
          <div className="min-w-0">
            <ItemText content={item.content} />
          </div>
          <div className="min-w-0">
            <Section title={t('reviews')}>
              {item.reviews ? (
                <ReviewsTable item={item} />
              ) : (
                <p className="phrase text-ink-2">{t('blindUntil', { wanted: item.wanted })}</p>
              )}
            </Section>
            {item.adjudication && (
              <Section title={t('adjudication')}>
                <p className="phrase whitespace-pre-line text-ink-2">{item.adjudication.reason}</p>
              </Section>
            )}
            {item.state === 'disputed' && (
              <Section title={t('adjudicate')}>
                <AdjudicateOrWhyNot item={item} viewer={viewer} />
              </Section>
            )}
          </div>
        </div>
      </Warned>
    </ClientMessages>
  );
}

async function AdjudicateOrWhyNot({ item, viewer }: { item: AnnotationItemDetail; viewer: Viewer | null }) {
  const t = await getTranslations('annotations');
  const involved = [item.author.personId, ...(item.reviews ?? []).map(({ reviewerId }) => reviewerId)];
  const whyNot =
    !viewer || !rolesPermit(viewer.roles, 'annotation.adjudicate', item.set.groupId)
      ? t('mayNotAdjudicate')
      : involved.includes(viewer.personId)
        ? t('notImpartial')
        : item.set.state !== 'open'
          ? t('notOpen')
          : null;
  return whyNot ? <p className="phrase text-ink-3">{whyNot}</p> : <AdjudicateForm item={item} />;
}
