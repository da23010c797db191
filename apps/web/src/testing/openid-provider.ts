import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Claims = Record<string, unknown>;

export interface OpenIdProvider {
  issuer: string;
  /** What the next ID tokens say instead; signed like all others. */
  tamper: { token?: (claims: Claims) => Claims; user?: (claims: Claims) => Claims };
  close(): void;
}

interface Context {
  oidc?: { route: string };
  body: Record<string, unknown>;
}
/** Of the library's interface what is used here; it comes without types. */
type Provider = new (
  issuer: string,
  configuration: object,
) => {
  callback(): RequestListener;
  use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void;
};

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/**
 * A certified OpenID provider on a port of this machine, with one page each for signing in (any name, no password) and
 * for consent. `secret` null makes the hub a public client. People called `nameless…` have no name there.
 */
export async function openProvider(
  redirectUri: string,
  { clientId = 'tsudoi', secret }: { clientId?: string; secret: string | null },
): Promise<OpenIdProvider> {
  const { default: Provider } = (await import('oidc-provider' as string)) as { default: Provider };
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tamper: OpenIdProvider['tamper'] = {};
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        redirect_uris: [redirectUri],
        ...(secret ? { client_secret: secret } : { token_endpoint_auth_method: 'none' }),
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.org`,
        ...(/^nameless/.test(id) ? {} : { name: `${id} 花子` }),
      }),
    }),
  });
  provider.use(async (context, next) => {
    await next();
    const { route } = context.oidc ?? {};
    if (route === 'token' && tamper.token && typeof context.body.id_token === 'string')
      context.body.id_token = signed(tamper.token(payloadOf(context.body.id_token)));
    if (route === 'userinfo' && tamper.user) context.body = tamper.user(context.body);
  });
  server.on('request', provider.callback());
  return {
    issuer,
    tamper,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const payloadOf = (token: string): Claims =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Claims;

function signed(claims: Claims): string {
  const parts = [{ alg: 'RS256', kid: 'k' }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}
