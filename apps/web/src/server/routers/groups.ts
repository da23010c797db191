import { groups } from '@tsudoi/hub';
import { get, inside } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const groupsRouter = router({
  list: procedure(
    'public.read',
    get('/groups', 'ワーキンググループと構成員', 'Working groups and their members'),
  ).query(() => groups(hub())),
  create: commandProcedure('group.create', inside('ワーキンググループを作る', 'Create a working group')),
  join: commandProcedure('group.join', inside('ワーキンググループに入る', 'Join a working group')),
  leave: commandProcedure('group.leave', inside('ワーキンググループを抜ける', 'Leave a working group')),
  addMember: commandProcedure('group.addMember', inside('構成員を加える', 'Add a member')),
  removeMember: commandProcedure('group.removeMember', inside('構成員を外す', 'Remove a member')),
});
