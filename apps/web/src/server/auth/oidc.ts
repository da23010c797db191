import { Auth, type AuthConfig, skipCSRFCheck } from '@auth/core';
import { z } from 'zod';
import { serverEnv } from '../env.ts';
import { isLoopbackHost } from '../origin.ts';
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

/**
 * What the provider says is believed because it comes over TLS from its own address (OpenID Connect Core 3.1.3.7, 6),
 * so a provider without TLS is none, except on this machine.
 */
function configured(): boolean {
  const { OIDC_ISSUER, OIDC_CLIENT_ID } = serverEnv();
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID) return false;
  const { protocol, host } = new URL(OIDC_ISSUER);
  return protocol === 'https:' || isLoopbackHost(host);
}

function config(onIdentity: (identity: Identity) => void): AuthConfig {
  const env = serverEnv();
  const issuer = env.OIDC_ISSUER ?? '';
  return {
    basePath,
    trustHost: true,
    secret: env.HUB_SECRET,
    session: { strategy: 'jwt', maxAge: 60 },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    logger: { error: (error) => console.error('sign-in failed:', error.name, reasonOf(error)) },
    providers: [
      {
        id: provider,
        name: env.OIDC_NAME,
        type: 'oidc',
        issuer,
        clientId: env.OIDC_CLIENT_ID,
        clientSecret: env.OIDC_CLIENT_SECRET,
        // A client without a secret is a public one: PKCE alone binds its codes.
        ...(env.OIDC_CLIENT_SECRET ? {} : { client: { token_endpoint_auth_method: 'none' } }),
        checks: ['pkce', 'state', 'nonce'],
        authorization: { params: { scope: 'openid profile' } }, // an address is nothing that we need
        // Most providers put a name into their answer about the user, and only some into the token.
        idToken: false,
        profile: (profile, tokens) => ({
          id: String(profile.sub),
          name: nameIn(profile) ?? nameIn(claimsOf(tokens.id_token)) ?? '',
        }),
      },
    ],
    callbacks: {
      // The library makes up a new user id at every sign-in; the provider's own account id is the stable one, and
      // only within its issuer.
      signIn({ account, user }) {
        if (!account) return false;
        onIdentity({
          provider: issuer,
          subject: account.providerAccountId,
          displayName: (user.name ?? '').slice(0, 80),
        });
        return true;
      },
    },
  };
}

const Named = z.object({
  name: z.string().optional().catch(undefined),
  nickname: z.string().optional().catch(undefined),
});

/** How the person is called. Never the account's id or user name: those may be addresses, and names are public here. */
function nameIn(claims: unknown): string | undefined {
  const { data } = Named.safeParse(claims);
  return data?.name?.trim() || data?.nickname?.trim() || undefined;
}

/** Claims of an ID token that the library has checked. */
function claimsOf(token: string | undefined): unknown {
  const payload = token?.split('.')[1];
  return payload ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : null;
}

/** For the operator's log: the innermost message, which names the claim or the answer that was wrong. */
function reasonOf(error: Error): string {
  const cause = (error.cause as { err?: unknown } | undefined)?.err ?? error.cause;
  return cause instanceof Error ? cause.message : error.message;
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
