import type { RunState } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import { runTone } from '../../lib/labels.ts';
import { Badge } from '../../ui/badge.tsx';

export async function RunStateBadge({ state }: { state: RunState }) {
  const t = await getTranslations('runState');
  return (
    <Badge tone={runTone[state]} dot>
      {t(state)}
    </Badge>
  );
}
