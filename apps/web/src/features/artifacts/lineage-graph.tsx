import type { Lineage, LineageNode } from '@tsudoi/schema';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { artifactTitle } from '../../lib/artifact-title.ts';
import { cx } from '../../ui/cx.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { box, layoutLineage } from './lineage-layout.ts';

/** From the sources on the left to what was made of them on the right. Nodes are links, lines are drawn behind them. */
export async function LineageGraph({ lineage, current }: { lineage: Lineage; current: string }) {
  const [t, titles, locale] = await Promise.all([
    getTranslations(),
    getTranslations('artifactTitle'),
    getLocale(),
  ]);
  const layout = layoutLineage(lineage);
  const byId = new Map(lineage.nodes.map((node) => [node.id, node]));
  const sources = lineage.nodes.filter((node) => node.kind === 'source').length;
  const label = t('artifact.lineageFigure', { sources, artifacts: lineage.nodes.length - sources });
  const titleOf = (node: LineageNode) =>
    node.kind === 'artifact'
      ? artifactTitle(node.title, titles)
      : locale === 'en'
        ? node.titleEn
        : node.title;
  const kindOf = (node: LineageNode) =>
    node.kind === 'source' ? node.licence : t(`artifactKind.${node.artifactKind as 'model'}`);
  return (
    <ScrollRegion label={label} className="card p-5">
      <div className="relative mx-auto" style={{ width: layout.width, height: layout.height }}>
        <svg aria-hidden width={layout.width} height={layout.height} className="absolute inset-0 text-line-2">
          {layout.edges.map(({ from, to }) => (
            <path
              key={`${from.id} ${to.id}`}
              d={curve(from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2)}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
            />
          ))}
        </svg>
        <ul>
          {layout.nodes.map(({ id, x, y }) => {
            const node = byId.get(id)!;
            return (
              <li
                key={id}
                className="absolute"
                style={{ left: x, top: y, width: box.width, height: box.height }}
              >
                <Link
                  href={node.kind === 'source' ? `/sources/${id}` : `/artifacts/${id}`}
                  aria-current={id === current ? 'true' : undefined}
                  title={titleOf(node)}
                  className={cx(
                    'flex h-full flex-col justify-center rounded-lg border bg-surface px-2.5 leading-[1.2rem] hover:border-ai',
                    id === current ? 'border-2 border-ai' : 'border-line-2',
                    node.kind === 'source' && 'border-dashed',
                  )}
                >
                  <span className="line-clamp-2 text-[0.8rem] font-medium break-words">{titleOf(node)}</span>
                  <span className="truncate text-[0.72rem] text-ink-3">{kindOf(node)}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      </div>
    </ScrollRegion>
  );
}

/** Neighbouring columns are joined by an S; an edge over more than one column bows above the nodes between. */
function curve(x1: number, y1: number, x2: number, y2: number): string {
  const passesOver = x2 - x1 > box.gapX;
  const bow = passesOver ? box.height * 0.85 : 0;
  const reach = passesOver ? box.width / 2 : (x2 - x1) / 2;
  return `M${x1} ${y1}C${x1 + reach} ${y1 - bow} ${x2 - reach} ${y2 - bow} ${x2} ${y2}`;
}
