import { Auth, type AuthConfig, skipCSRFCheck } from '@auth/core';
import { serverEnv } from '../env.ts';
import type { AuthPort, Identity } from './port.ts';

const basePath = '/api/auth';
const provider = 'oidc';

/**
 * OpenID Connect through @auth/core: code flow with PKCE, state and nonce, and nothing more. Its own session cookie
 * is thrown away; the caller opens a session in the database instead, which can be ended at any time.
 */
export const oidc: AuthPort = {
  providerName: () => (configured() ? serverEnv().OIDC_NAME : null),
  serves: (path) =>
    configured() &&
    (path === `${basePath}/signin/${provider}` || path === `${basePath}/callback/${provider}`),
  // The route has checked the origin of this POST, which is what the library's own CSRF token is for.
  startSignIn: (request) => Auth(withOrigin(request), { ...config(() => undefined), skipCSRFCheck }),
  async finishSignIn(request) {
    const found: { identity: Identity | null } = { identity: null };
    const answer = await Auth(
      withOrigin(request),
      config((identity) => {
        found.identity = identity;
      }),
    );
    return { response: withoutLibrarySession(answer), identity: found.identity };
  },
};

function configured(): boolean {
  const env = serverEnv();
  return Boolean(env.OIDC_ISSUER && env.OIDC_CLIENT_ID);
}

function config(onIdentity: (identity: Identity) => void): AuthConfig {
  const env = serverEnv();
  return {
    basePath,
    trustHost: true,
    secret: env.HUB_SECRET,
    session: { strategy: 'jwt', maxAge: 60 },
    pages: { error: '/sign-in' },
    logger: { error: (error) => console.error('sign-in failed:', error.name) },
    providers: [
      {
        id: provider,
        name: env.OIDC_NAME,
        type: 'oidc',
        issuer: env.OIDC_ISSUER,
        clientId: env.OIDC_CLIENT_ID,
        clientSecret: env.OIDC_CLIENT_SECRET,
        checks: ['pkce', 'state', 'nonce'],
        profile: (profile) => ({ id: String(profile.sub), name: String(profile.name ?? profile.sub) }),
      },
    ],
    callbacks: {
      // The library makes up a new user id at every sign-in; the provider's own account id is the stable one.
      signIn({ account, user }) {
        if (!account) return false;
        onIdentity({
          provider,
          subject: account.providerAccountId,
          displayName: (user.name ?? '').slice(0, 80),
        });
        return true;
      },
    },
  };
}

/** Next shows `http://localhost` in `request.url` whatever was asked for; the provider must see the hub's own address. */
function withOrigin(request: Request): Request {
  const url = new URL(request.url);
  return new Request(new URL(url.pathname + url.search, new URL(serverEnv().HUB_URL).origin), request);
}

function withoutLibrarySession(response: Response): Response {
  const headers = new Headers(response.headers);
  const kept = response.headers.getSetCookie().filter((cookie) => !/authjs\.session-token/.test(cookie));
  headers.delete('set-cookie');
  for (const cookie of kept) headers.append('set-cookie', cookie);
  return new Response(response.body, { status: response.status, headers });
}
