import { viewer } from '@tsudoi/hub';
import type { Viewer } from '@tsudoi/schema';
import { get } from '../http/route.ts';
import { hub } from '../hub.ts';
import { procedure, router } from '../trpc.ts';

export const sessionRouter = router({
  /** Who is asking, with roles and permissions; null for somebody who has not signed in. */
  viewer: procedure(
    'public.read',
    get('/me', '自分の名前・役割・権限', 'Who is asking, with roles and permissions'),
  ).query(({ ctx }): Promise<Viewer> | null =>
    ctx.actor && ctx.actor.kind !== 'system' ? viewer(hub(), ctx.actor.personId) : null,
  ),
});
