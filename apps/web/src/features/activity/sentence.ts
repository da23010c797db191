import { type ActivityItem, eventDefinitions, type JobKind } from '@tsudoi/schema';
import type { getTranslations } from 'next-intl/server';
import type messages from '../../../messages/ja.json';
import type { Locale } from '../../i18n/locale.ts';
import { artifactTitle } from '../../lib/artifact-title.ts';
import { rejectionShape } from '../../server/rejections.ts';

export type Translate = Awaited<ReturnType<typeof getTranslations<never>>>;
type SentenceKey = keyof typeof messages.activity;

const known: ReadonlySet<string> = new Set(eventDefinitions.map((definition) => definition.type));

/** One event of the log as a sentence a person would say. */
export function sentenceOf(
  item: ActivityItem,
  jobKind: JobKind | null,
  t: Translate,
  locale: Locale,
): string {
  if (!known.has(item.type)) return `${item.type} · ${item.title}`;
  const key: SentenceKey = item.type as SentenceKey;
  return t(`activity.${key}`, { ...paramsOf(item, t, locale), title: titleOf(item, jobKind, t, locale) });
}

function paramsOf(item: ActivityItem, t: Translate, locale: Locale): Record<string, string | number> {
  const { data } = item;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    actor: item.actor ? item.actor.displayName || t('common.erasedPerson') : t('common.theHub'),
    node: item.node ?? text(data.node) ?? '',
    verdict: text(data.verdict) || 'other',
    role: data.role ? t(`role.${text(data.role) as 'admin'}`) : '',
    kind: item.streamType === 'artifact' ? t(`artifactKind.${text(data.kind) as 'model'}`) : '',
    documents: number(data.documents),
    step: number(data.step),
    epoch: number(data.epoch),
    version: number(data.version),
    requeued: data.requeued === true ? 'yes' : 'no',
    rule: ruleOf(data, locale),
    reason: reasonOf(data, locale),
  };
}

/** What people called it; a job is named by its kind and what it is done for. */
function titleOf(item: ActivityItem, jobKind: JobKind | null, t: Translate, locale: Locale): string {
  const title = locale === 'en' ? item.titleEn : item.title;
  if (item.streamType === 'artifact')
    return artifactTitle(title, (key, values) => t(`artifactTitle.${key}`, values));
  if (!jobKind) return title;
  return title ? `${t(`jobKind.${jobKind}`)} · ${title}` : t(`jobKind.${jobKind}`);
}

function ruleOf(data: Record<string, unknown>, locale: Locale): string {
  const rule = data.rule as { rule: string; licence: string } | null | undefined;
  if (!rule) return '';
  return rejectionShape({ code: 'licence.refused', params: rule }, locale).text;
}

function reasonOf(data: Record<string, unknown>, locale: Locale): string {
  const rejection = data.rejection as Parameters<typeof rejectionShape>[0] | undefined;
  return rejection ? rejectionShape(rejection, locale).text : '';
}
