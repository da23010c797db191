import { groups } from '@tsudoi/hub';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const groupsRouter = router({
  list: procedure('public.read').query(() => groups(hub())),
  create: commandProcedure('group.create'),
  join: commandProcedure('group.join'),
  leave: commandProcedure('group.leave'),
  addMember: commandProcedure('group.addMember'),
  removeMember: commandProcedure('group.removeMember'),
});
