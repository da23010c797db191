import { type Permission, rolesPermit, type Viewer } from '@tsudoi/schema';

/** Where somebody may use a permission: their working groups first, the whole hub (null) where a role counts there. */
export function placesFor(
  viewer: Viewer,
  permission: Permission,
  locale: 'ja' | 'en',
  wholeHub: string,
): { groupId: string | null; name: string }[] {
  const groups = viewer.groups
    .filter(({ groupId }) => rolesPermit(viewer.roles, permission, groupId))
    .map(({ groupId, nameJa, nameEn }) => ({ groupId, name: locale === 'ja' ? nameJa : nameEn }));
  return rolesPermit(viewer.roles, permission, null)
    ? [...groups, { groupId: null, name: wholeHub }]
    : groups;
}
