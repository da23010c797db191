import { z } from 'zod';

export const Role = z.enum(['contributor', 'reviewer', 'lead', 'supervisor', 'admin']);
export type Role = z.infer<typeof Role>;

/** Everything that can be asked of the hub. A procedure declares exactly one; nothing is allowed that is not granted. */
export const Permission = z.enum([
  'public.read', // what anybody may see, signed in or not
  'person.self',
  'person.manage',
  'group.manage',
  'source.propose',
  'source.review',
  'source.withdraw',
  'run.register',
  'job.approve',
  'artifact.download',
  'model.generate',
  'token.issue',
  'node.work', // held by tokens of donors' nodes, never by a role
  'telemetry.write',
  'hub.operate',
]);
export type Permission = z.infer<typeof Permission>;

const contributor: Permission[] = [
  'public.read',
  'person.self',
  'source.propose',
  'source.withdraw',
  'artifact.download',
  'model.generate',
  'token.issue',
];

export const permissionsOfRole: Record<Role, readonly Permission[]> = {
  contributor,
  reviewer: [...contributor, 'source.review'],
  lead: [...contributor, 'source.review', 'run.register'],
  supervisor: [...contributor, 'job.approve'],
  admin: [...contributor, 'person.manage', 'group.manage', 'hub.operate'],
};

/** What a token may be issued for. A person's token never exceeds the person. */
export const TokenScope = z.enum(['node.work', 'telemetry.write', 'public.read']);
export type TokenScope = z.infer<typeof TokenScope>;
