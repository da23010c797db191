import type { WebhookSummary } from '@tsudoi/schema';
import { getTranslations } from 'next-intl/server';
import { Badge } from '../../ui/badge.tsx';

export async function WebhookState({ webhook }: { webhook: Pick<WebhookSummary, 'state' | 'failures'> }) {
  const t = await getTranslations('streams');
  if (webhook.state === 'live') {
    return (
      <Badge tone="good" dot>
        {t('live')}
      </Badge>
    );
  }
  return (
    <Badge tone={webhook.failures > 0 ? 'bad' : 'plain'} dot>
      {webhook.failures > 0 ? t('paused') : t('pausedByOwner')}
    </Badge>
  );
}
