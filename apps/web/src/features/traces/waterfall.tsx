import type { TraceSpan } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { duration } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { depthFirst } from './depth-first.ts';

const colours = ['bg-ai', 'bg-wakatake', 'bg-fuji', 'bg-yamabuki', 'bg-shu'];

/** Spans as a tree along one time line. */
export async function Waterfall({ spans }: { spans: TraceSpan[] }) {
  const [t, locale] = await Promise.all([getTranslations('trace'), getLocale()]);
  const rows = depthFirst(spans);
  const from = Math.min(...spans.map((span) => Date.parse(span.startedAt)));
  const until = Math.max(...spans.map((span) => Date.parse(span.startedAt) + span.durationMs));
  const whole = Math.max(1, until - from);
  const services = [...new Set(spans.map((span) => span.service))];
  return (
    <ScrollRegion label={t('title')} className="card">
      <table className="w-full min-w-[44rem] border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-left text-ink-3">
            <th scope="col" className="px-4 py-2 font-medium">
              {t('name')}
            </th>
            <th scope="col" className="px-4 py-2 font-medium">
              {t('service')}
            </th>
            <th scope="col" className="w-2/5 px-4 py-2 text-right font-medium">
              {t('duration')}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map(({ span, depth }) => (
            <tr key={span.spanId}>
              <td className="px-4 py-1.5">
                <span
                  className="block truncate font-mono text-[0.8rem]"
                  style={{ paddingInlineStart: `${depth}rem` }}
                >
                  {span.name} {span.error && <Badge tone="bad">{t('error')}</Badge>}
                </span>
              </td>
              <td className="px-4 py-1.5 whitespace-nowrap">
                <span
                  aria-hidden
                  className={`mr-2 inline-block size-2 rounded-full ${colours[services.indexOf(span.service) % colours.length]}`}
                />
                {span.service}
              </td>
              <td className="px-4 py-1.5">
                <span className="block text-right text-xs tabular-nums">
                  {duration(span.durationMs, locale)}
                </span>
                <span aria-hidden className="relative block h-1.5">
                  <span
                    className={`absolute inset-y-0 min-w-[2px] rounded-full ${span.error ? 'bg-shu' : colours[services.indexOf(span.service) % colours.length]}`}
                    style={{
                      left: `${((Date.parse(span.startedAt) - from) / whole) * 100}%`,
                      width: `${Math.min(100, (span.durationMs / whole) * 100)}%`,
                    }}
                  />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
