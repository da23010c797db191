import type { Alarm } from '@tsudoi/hub';
import { getTranslations } from 'next-intl/server';
import { Badge } from '../../ui/badge.tsx';
import { CopyBlock } from '../../ui/copy-block.tsx';
import { Section } from '../../ui/page.tsx';

/** What needs somebody, the worst first, each with the command that helps where there is one. */
export async function Alarms({ alarms }: { alarms: readonly Alarm[] }) {
  const t = await getTranslations('operations');
  if (alarms.length === 0)
    return (
      <p className="card mb-10 flex items-center gap-3 px-4 py-3">
        <Badge tone="good" dot>
          {t('allWell')}
        </Badge>
      </p>
    );
  return (
    <Section title={t('alarms')} id="alarms">
      <ul className="space-y-2">
        {alarms.map(({ code, severity, params, remedy }) => (
          <li key={`${code} ${JSON.stringify(params)}`} className="card px-4 py-3">
            <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
              <Badge tone={severity === 'critical' ? 'bad' : 'wait'} dot>
                {t(`severity.${severity}`)}
              </Badge>
              <span className="min-w-0 break-words">{t(`alarm.${code}`, params)}</span>
            </p>
            {remedy && (
              <div className="mt-2">
                <CopyBlock text={remedy} label={t('remedy')} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
