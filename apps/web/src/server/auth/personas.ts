import { serverEnv } from '../env.ts';
import { isLoopbackHost } from '../origin.ts';

/** Signing in without a password works only while the launcher says so and the request came to this machine by name. */
export function personasAllowed(host: string | null): boolean {
  return serverEnv().LOCAL_PERSONAS === 'on' && isLoopbackHost(host);
}
