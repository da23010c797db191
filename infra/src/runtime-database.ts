import { createHash } from 'node:crypto';
import { runtimeRole } from '@tsudoi/hub/runtime-role';
import type { Instance } from './instance.ts';

/** The password of the role that the hub's processes work as, on the local server; its owner's password gives it. */
export function runtimePassword(instance: Instance): string {
  return createHash('sha256').update(`${runtimeRole} ${instance.secrets().postgres}`).digest('base64url');
}

/** The local server's address for the hub's processes, which may add events and never change one. */
export function runtimeUrl(ownerUrl: string, instance: Instance): string {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  return Object.assign(new URL(ownerUrl), { username: runtimeRole, password: runtimePassword(instance) })
    .href;
}
