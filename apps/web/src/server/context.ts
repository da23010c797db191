import { type Actor, authenticateToken, findSession } from '@tsudoi/hub';
import { chooseLocale, type Locale, localeCookie } from '../i18n/locale.ts';
import { hub } from './hub.ts';
import { sessionSecretOf } from './session-cookie.ts';

/** What a procedure knows about the request it serves. */
export interface Context {
  actor: Actor | null;
  locale: Locale;
  /** A position the read models must have reached before a query answers. */
  after: number | null;
  /** W3C trace context of the caller, handed on into the events a command appends. */
  traceparent: string | null;
  host: string | null;
  /** What the answer's `trace-id` says, where there is one. */
  traceId?: string;
}

/**
 * Reads who is asking: a bearer token where one is given, else the session cookie.
 * @throws Rejection auth.token-unknown | auth.token-revoked. A wrong token never falls back to being nobody.
 */
export async function contextOf(headers: Headers, traceparent: string | null): Promise<Context> {
  const after = Number(headers.get('x-tsudoi-after') ?? cookieValue(headers, 'tsudoi-after'));
  return {
    actor: await actorOf(headers),
    locale: localeOf(headers),
    after: Number.isSafeInteger(after) && after > 0 ? after : null,
    traceparent,
    host: headers.get('host'),
  };
}

export async function actorOf(headers: Headers): Promise<Actor | null> {
  const bearer = bearerToken(headers);
  if (bearer !== null) return authenticateToken(hub(), bearer);
  const secret = sessionSecretOf(headers.get('cookie'));
  if (!secret) return null;
  const session = await findSession(hub(), secret);
  return session ? { kind: 'person', personId: session.personId } : null;
}

export function localeOf(headers: Headers): Locale {
  return chooseLocale(cookieValue(headers, localeCookie), headers.get('accept-language'));
}

export function bearerToken(headers: Headers): string | null {
  return /^Bearer (\S{1,500})$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

function cookieValue(headers: Headers, name: string): string | undefined {
  const pair = (headers.get('cookie') ?? '').split(/;\s*/).find((entry) => entry.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
