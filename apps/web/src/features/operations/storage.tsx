import type { OperationsReport } from '@tsudoi/hub';
import { getLocale, getTranslations } from 'next-intl/server';
import { bytes } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

/** NATS, disks and the last backup. */
export async function Storage({ report }: { report: OperationsReport }) {
  const [t, locale] = await Promise.all([getTranslations('operations'), getLocale()]);
  const { nats, storage, backup } = report;
  const size = (value: number) => bytes(value, locale);
  return (
    <Section title={t('storage')} id="storage">
      <Facts
        items={[
          {
            term: t('nats'),
            value: nats.reachable ? (
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone={nats.problem === null ? 'good' : 'bad'} dot>
                  {nats.problem === null ? t('running') : t('natsDiffers')}
                </Badge>
                {t('natsReached', { sequence: nats.lastSequence.toLocaleString(locale) })} ·{' '}
                {size(nats.bytes)}
              </span>
            ) : (
              <Badge tone="bad" dot>
                {t('natsAway')}
              </Badge>
            ),
          },
          { term: t('database'), value: size(storage.databaseBytes) },
          { term: t('ofWhichLog'), value: size(storage.logBytes) },
          {
            term: t('objects'),
            value: t('objectsValue', {
              count: storage.objects.toLocaleString(locale),
              size: size(storage.objectBytes),
            }),
          },
          ...storage.disks.map(({ name, freeBytes, totalBytes }) => ({
            term: t(`disk.${name}`),
            value: t('diskValue', { free: size(freeBytes), total: size(totalBytes) }),
          })),
          {
            term: t('backup'),
            value: backup ? (
              <>
                <Time at={backup.at} /> ·{' '}
                {t('backupValue', {
                  position: backup.position.toLocaleString(locale),
                  size: size(backup.bytes),
                })}
              </>
            ) : (
              t('never')
            ),
          },
        ]}
      />
    </Section>
  );
}
