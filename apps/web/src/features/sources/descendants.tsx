import type { Descendant } from '@tsudoi/schema';
import Link from 'next/link';
import { useTranslations } from 'next-intl';

const folders = { artifact: 'artifacts', run: 'runs', release: 'releases' } as const;

/** What was made from a source, each with its kind or state in words. For pages and for dialogs. */
export function Descendants({ items }: { items: Descendant[] }) {
  const t = useTranslations();
  const kindOf = ({ kind, state }: Descendant): string => {
    switch (kind) {
      case 'artifact':
        return t.has(`artifactKind.${state}` as 'artifactKind.model')
          ? t(`artifactKind.${state}` as 'artifactKind.model')
          : t('source.kindArtifact');
      case 'run':
        return `${t('source.kindRun')} · ${t(`runState.${state}` as 'runState.running')}`;
      case 'release':
        return `${t('source.kindRelease')} · ${t(`releaseState.${state}` as 'releaseState.draft')}`;
    }
  };
  return (
    <ul className="divide-y divide-line">
      {items.map((item) => (
        <li key={`${item.kind} ${item.id}`} className="flex flex-wrap justify-between gap-x-4 px-4 py-2">
          <Link href={`/${folders[item.kind]}/${item.id}`} className="link min-w-0 break-words">
            {item.title || item.id}
          </Link>
          <span className="text-sm text-ink-3">{kindOf(item)}</span>
        </li>
      ))}
    </ul>
  );
}
