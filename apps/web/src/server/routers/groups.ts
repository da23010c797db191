import { groupMembers, groups, SearchText } from '@tsudoi/hub';
import { GroupId } from '@tsudoi/schema';
import { z } from 'zod';
import { get, inside } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const groupsRouter = router({
  list: procedure(
    'public.read',
    get('/groups', 'ワーキンググループと構成員', 'Working groups and their members'),
  ).query(() => groups(hub())),
  members: procedure(
    'public.read',
    get(
      '/groups/{groupId}/members',
      'ワーキンググループの構成員と役割',
      'Members of a working group, by name',
    ),
  )
    .input(
      z.strictObject({
        groupId: GroupId,
        text: SearchText.optional(),
        skip: z.int().min(0).max(100_000).default(0),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ input }) => groupMembers(hub(), input)),
  create: commandProcedure('group.create', inside('ワーキンググループを作る', 'Create a working group')),
  join: commandProcedure('group.join', inside('ワーキンググループに入る', 'Join a working group')),
  leave: commandProcedure('group.leave', inside('ワーキンググループを抜ける', 'Leave a working group')),
  addMember: commandProcedure('group.addMember', inside('構成員を加える', 'Add a member')),
  removeMember: commandProcedure('group.removeMember', inside('構成員を外す', 'Remove a member')),
});
