import { groups } from '@tsudoi/hub';
import { hub } from '../hub.ts';
import { procedure, router } from '../trpc.ts';

export const groupsRouter = router({
  list: procedure('public.read').query(() => groups(hub())),
});
