import { serverEnv } from './env.ts';

const fourteenDays = 14 * 24 * 3600; // seconds; the hub slides the same span in its session table

/** `__Host-` binds the cookie to one host over https; on plain http browsers would refuse it. */
export function sessionCookieName(): string {
  return isSecure() ? '__Host-tsudoi-session' : 'tsudoi-session';
}

export function sessionCookie(secret: string): string {
  return cookie(secret, fourteenDays);
}

export function endedSessionCookie(): string {
  return cookie('', 0);
}

function cookie(value: string, maxAge: number): string {
  const secure = isSecure() ? '; Secure' : '';
  return `${sessionCookieName()}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

function isSecure(): boolean {
  return new URL(serverEnv().HUB_URL).protocol === 'https:';
}

/** The session secret of a request, or null. Secrets are base64url, so nothing needs decoding. */
export function sessionSecretOf(cookieHeader: string | null): string | null {
  const wanted = `${sessionCookieName()}=`;
  const pair = (cookieHeader ?? '').split(/;\s*/).find((entry) => entry.startsWith(wanted));
  return pair?.slice(wanted.length) || null;
}
