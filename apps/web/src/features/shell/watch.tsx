import { positionOfPage } from '../../server/api.ts';
import { LiveUpdates } from './live-updates.tsx';

/** Says which events this page is about: a kind of stream (`source`) or one stream (`source:ID`). */
export async function Watch({ on }: { on: string[] }) {
  return <LiveUpdates on={on.join(' ')} at={await positionOfPage()} />;
}
