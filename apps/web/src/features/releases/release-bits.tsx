import type { ReleaseState } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import { Badge, type Tone } from '../../ui/badge.tsx';

const tone: Record<ReleaseState, Tone> = {
  draft: 'plain',
  checked: 'wait',
  approved: 'ai',
  released: 'good',
  withdrawn: 'bad',
};

export async function ReleaseStateBadge({ state }: { state: ReleaseState }) {
  const t = await getTranslations('releaseState');
  return (
    <Badge tone={tone[state]} dot>
      {t(state)}
    </Badge>
  );
}
