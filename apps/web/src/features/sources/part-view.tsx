import type { SourcePart } from '@tsudoi/schema';
import { getLocale, getTranslations } from 'next-intl/server';
import { bytes } from '../../lib/labels.ts';

/** One set of files of a source, as it was proposed. */
export async function PartView({ part }: { part: SourcePart }) {
  const [t, locale] = await Promise.all([getTranslations(), getLocale()]);
  const { location } = part;
  return (
    <div className="card p-4">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-sm text-ink-3">{t(`location.${location.kind}`)}</span>
        <span className="font-mono text-[0.93rem] break-all">
          {location.kind === 'deb' && location.package}
          {location.kind === 'npm' && `${location.package}@${location.version}`}
          {location.kind === 'url' && location.url}
          {location.kind === 'upload' && `${location.fileName} (${bytes(location.size, locale)})`}
        </span>
      </p>
      <p className="mt-1 text-sm text-ink-2">
        {t(`format.${part.format}`)} · {t(`language.${part.language}`)} · {t('source.partsInclude')}{' '}
        <code className="font-mono break-all">{part.include.join(' ')}</code>
      </p>
    </div>
  );
}
