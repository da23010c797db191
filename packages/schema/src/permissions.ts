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
  'source.curate', // withdraw what others proposed, when a rights holder asks
  'annotation.annotate',
  'annotation.manage',
  'annotation.adjudicate',
  'run.register',
  'job.approve',
  'job.manage',
  'artifact.download',
  'model.generate',
  'release.draft',
  'release.assess',
  'release.approve',
  'credit.manage',
  'webhook.manage',
  'stream.subscribe',
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
  'annotation.annotate',
  'artifact.download',
  'model.generate',
  'webhook.manage',
  'stream.subscribe',
  'token.issue',
];

export const permissionsOfRole: Record<Role, readonly Permission[]> = {
  contributor,
  reviewer: [...contributor, 'source.review', 'annotation.adjudicate', 'release.assess'],
  lead: [
    ...contributor,
    'group.manage',
    'source.review',
    'source.curate',
    'annotation.manage',
    'annotation.adjudicate',
    'run.register',
    'job.manage',
    'release.draft',
    'release.approve',
    'credit.manage',
  ],
  supervisor: [...contributor, 'job.approve', 'job.manage'],
  admin: [
    ...contributor,
    'person.manage',
    'group.manage',
    'source.curate',
    'job.manage',
    'credit.manage',
    'hub.operate',
  ],
};

export interface HeldRole {
  role: Role;
  /** The working group it counts in; null: the whole hub. */
  groupId: string | null;
}

export const isRoleHeld = (roles: readonly HeldRole[], { role, groupId }: HeldRole): boolean =>
  roles.some((held) => held.role === role && held.groupId === groupId);

/**
 * Where a permission must be held: in one working group (a role for the whole hub counts in each), in the whole hub
 * (null: a role in some group is not enough), or in any place.
 */
export type Within = string | null | 'any';

/** Whether these roles give a permission there. The one rule of scopes, for the hub's checks and the portal's buttons. */
export function rolesPermit(roles: readonly HeldRole[], permission: Permission, within: Within): boolean {
  return roles.some(
    ({ role, groupId }) =>
      permissionsOfRole[role].includes(permission) &&
      (groupId === null || within === 'any' || groupId === within),
  );
}

/** What a token may be issued for: nothing that manages people, groups or the hub. It never exceeds its person. */
export const TokenScope = Permission.exclude([
  'person.self',
  'person.manage',
  'group.manage',
  'job.approve',
  'release.approve',
  'credit.manage',
  'token.issue',
  'hub.operate',
]);
export type TokenScope = z.infer<typeof TokenScope>;
