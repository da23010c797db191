// Signing in through a real, certified OpenID provider: what goes to it, what comes back, and everything that must not.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Claims, type OpenIdProvider, openProvider } from '../../testing/openid-provider.ts';
import { openPortal, origin, type Portal } from '../../testing/portal.ts';

type Handler = (request: Request) => Promise<Response>;

const callback = `${origin}/api/auth/callback/oidc`;
let portal: Portal;
let provider: OpenIdProvider;
let auth: { GET: Handler; POST: Handler };
let session: { DELETE: Handler };

beforeAll(async () => {
  portal = await openPortal();
  provider = await openProvider(callback, { secret: 'top/secret+%' });
  Object.assign(process.env, {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: 'tsudoi',
    OIDC_CLIENT_SECRET: 'top/secret+%',
  });
  auth = await import('../../app/api/auth/[...auth]/route.ts');
  session = await import('../../app/api/session/route.ts');
});
afterAll(async () => {
  provider?.close();
  await portal.close();
});
beforeEach(() => {
  Object.assign(provider.tamper, { token: undefined, user: undefined });
});

/** Follows redirects between the hub and a provider with the cookies of both, as a browser does. */
class Browser {
  readonly #cookies: Map<string, Map<string, string>>;

  constructor(like?: Browser) {
    this.#cookies = new Map([...(like ? like.#cookies : [])].map(([of, jar]) => [of, new Map(jar)]));
  }

  cookiesOf(of: string): string {
    return [...(this.#cookies.get(of) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Goes to an address, or sends a form there, and on. @returns where it ends: a page, or an address that `until` names */
  async open(address: string, form?: Record<string, string>, until = (_: string) => false): Promise<string> {
    let [url, body] = [address, form];
    for (let hops = 0; hops < 12; hops++) {
      const response = await this.#send(new URL(url), body);
      const location = response.headers.get('location');
      if (location === null) return url;
      [url, body] = [new URL(location, url).href, undefined];
      const isPage = url.startsWith(origin) && !url.startsWith(`${origin}/api/`);
      if (isPage || until(url)) return url;
    }
    throw new Error(`no end of redirects at ${url}`);
  }

  /** From the button of the sign-in page through the provider's own pages. */
  async signIn(
    name: string,
    { until, next = '/sources' }: { until?: (url: string) => boolean; next?: string } = {},
  ) {
    let at = await this.begin(next, until);
    for (let pages = 0; pages < 3 && at.includes('/interaction/'); pages++) {
      const form: Record<string, string> =
        pages === 0 ? { prompt: 'login', login: name, password: 'x' } : { prompt: 'consent' };
      at = await this.open(at, form, until);
    }
    return at;
  }

  begin(next = '/sources', until?: (url: string) => boolean): Promise<string> {
    return this.open(`${origin}/api/auth/signin/oidc`, { callbackUrl: next }, until);
  }

  async #send(url: URL, form?: Record<string, string>): Promise<Response> {
    const init: RequestInit = {
      method: form ? 'POST' : 'GET',
      headers: { cookie: this.cookiesOf(url.origin) },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    };
    const own = () => auth[form ? 'POST' : 'GET'](portal.request(url.pathname + url.search, init));
    const response = url.origin === origin ? await own() : await fetch(url, { ...init, redirect: 'manual' });
    const jar = this.#cookies.get(url.origin) ?? new Map<string, string>();
    this.#cookies.set(url.origin, jar);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Who this browser is to the hub. */
  async viewer(): Promise<{ personId: string; displayName: string; permissions: string[] } | null> {
    const { data } = await portal.call('query', 'session.viewer', undefined, {
      cookie: this.cookiesOf(origin),
    });
    return data as never;
  }
}

const identities = async () => (await portal.hub.sql`select 1 from identity`).length;

describe('signing in', () => {
  it('asks the provider with PKCE, state and nonce for a name and nothing more', async () => {
    const at = await new Browser().begin('/', (url) => url.startsWith(`${provider.issuer}/auth?`));
    const asked = Object.fromEntries(new URL(at).searchParams);
    expect(asked).toMatchObject({ response_type: 'code', client_id: 'tsudoi', redirect_uri: callback });
    expect(asked).toMatchObject({ scope: 'openid profile', code_challenge_method: 'S256' });
    for (const secret of ['code_challenge', 'state', 'nonce'])
      expect(asked[secret]!.length).toBeGreaterThan(20);
  });

  it('makes a person with the name the provider knows, who is where they wanted to go and may join a group', async () => {
    const browser = new Browser();
    expect(await browser.signIn('hanako')).toBe(`${origin}/sources`);
    const viewer = await browser.viewer();
    expect(viewer).toMatchObject({ displayName: 'hanako 花子' });
    const groupId = randomUUID();
    const group = { groupId, slug: 'corpus', nameJa: 'コーパス', nameEn: 'Corpus' };
    await portal.system({ type: 'group.create', data: group });
    const join = { groupId, commandId: randomUUID() };
    const headers = { cookie: browser.cookiesOf(origin) };
    expect((await portal.call('mutation', 'groups.join', join, headers)).rejection).toBeNull();
    expect(browser.cookiesOf(origin)).not.toContain('authjs.session-token');
  });

  it('is the same person from another browser, and after signing out', async () => {
    const [first, second] = [new Browser(), new Browser()];
    await first.signIn('taro');
    await second.signIn('taro');
    const { personId } = (await first.viewer())!;
    expect((await second.viewer())!.personId).toBe(personId);
    const cookie = first.cookiesOf(origin);
    const out = await session.DELETE(
      portal.request('/api/session', { method: 'DELETE', headers: { cookie } }),
    );
    expect(out.status).toBe(204);
    expect(await first.viewer()).toBeNull(); // although this browser still sends the cookie
    expect(await second.viewer()).not.toBeNull();
    await first.signIn('taro'); // the provider still knows this browser, or asks
    expect((await first.viewer())!.personId).toBe(personId);
  });

  it('never shows the account where the provider knows no name', async () => {
    const browser = new Browser();
    await browser.signIn('nameless@example.org');
    expect((await browser.viewer())!.displayName).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('takes a name that is only in the ID token', async () => {
    provider.tamper.token = (claims) => ({ ...claims, name: '次郎' });
    const browser = new Browser();
    await browser.signIn('nameless-2');
    expect((await browser.viewer())!.displayName).toBe('次郎');
  });

  it('works without a client secret; an account of another provider is another person', async () => {
    const browser = new Browser();
    await browser.signIn('yuki');
    const other = await openProvider(callback, { clientId: 'public', secret: null });
    const { serverEnv } = await import('../env.ts');
    const settings = { ...serverEnv() };
    Object.assign(serverEnv(), {
      OIDC_ISSUER: other.issuer,
      OIDC_CLIENT_ID: 'public',
      OIDC_CLIENT_SECRET: undefined,
    });
    try {
      const elsewhere = new Browser();
      expect(await elsewhere.signIn('yuki')).toBe(`${origin}/sources`);
      expect((await elsewhere.viewer())!.personId).not.toBe((await browser.viewer())!.personId);
    } finally {
      Object.assign(serverEnv(), settings);
      other.close();
    }
  });
});

describe('nobody is signed in', () => {
  const refused = async (attempt: (browser: Browser) => Promise<string>) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const [browser, before] = [new Browser(), await identities()];
    const end = new URL(await attempt(browser));
    const said = log.mock.calls.map((call) => call.join(' ')).join('\n');
    log.mockRestore();
    expect([end.origin, end.pathname]).toEqual([origin, '/sign-in']); // a page that says it failed
    expect(end.searchParams.get('error')).toBeTruthy();
    expect(await browser.viewer()).toBeNull();
    expect(await identities()).toBe(before);
    return said;
  };
  const atCallback = (url: string) => url.startsWith(callback);

  it.each<[string, (claims: Claims) => Claims, RegExp]>([
    ['another audience', (claims) => ({ ...claims, aud: 'another-client' }), /aud/],
    ['another issuer', (claims) => ({ ...claims, iss: 'https://evil.example' }), /iss/],
    ['an end in the past', (claims) => ({ ...claims, exp: 1_700_000_000, iat: 1_699_999_000 }), /exp/],
    ['another nonce', (claims) => ({ ...claims, nonce: 'x'.repeat(43) }), /nonce/],
    ['no nonce', ({ nonce: _, ...claims }) => claims, /nonce/],
    ['no subject', ({ sub: _, ...claims }) => claims, /sub/],
  ])('by an ID token with %s, and the log says why', async (_, token, why) => {
    provider.tamper.token = token;
    expect(await refused((browser) => browser.signIn('mallory'))).toMatch(why);
  });

  it('by what the provider says of somebody else', async () => {
    provider.tamper.user = (claims) => ({ ...claims, sub: 'hanako' });
    expect(await refused((browser) => browser.signIn('mallory'))).toMatch(/sub/);
  });

  it('by an answer with a changed state, without one, or with a code of somebody else', async () => {
    for (const change of [
      (url: URL) => url.searchParams.set('state', 'x'),
      (url: URL) => url.searchParams.delete('state'),
      (url: URL) => url.searchParams.set('code', 'x'.repeat(43)),
      (url: URL) => url.searchParams.set('iss', 'https://evil.example'),
    ]) {
      await refused(async (browser) => {
        const url = new URL(await browser.signIn('mallory', { until: atCallback }));
        change(url);
        return browser.open(url.href);
      });
    }
  });

  it("by an answer that comes to another browser, such as the victim's of a forged link", async () => {
    const url = await new Browser().signIn('mallory', { until: atCallback });
    await refused((victim) => victim.open(url));
  });

  it('by an answer that was used before, even with the cookies of that time', async () => {
    const browser = new Browser();
    const url = await browser.signIn('saburo', { until: atCallback });
    const thief = new Browser(browser);
    expect(await browser.open(url)).toBe(`${origin}/sources`);
    await refused((_) => thief.open(url));
    expect(await thief.viewer()).toBeNull();
  });

  it('who turns back at the provider', async () => {
    await refused(async (browser) => {
      const at = new URL(await browser.begin());
      return browser.open(`${at.origin}${at.pathname}/abort`);
    });
  });

  it('while the provider is away', async () => {
    const { serverEnv } = await import('../env.ts');
    Object.assign(serverEnv(), { OIDC_ISSUER: 'http://127.0.0.1:9' });
    try {
      await refused((browser) => browser.begin());
    } finally {
      Object.assign(serverEnv(), { OIDC_ISSUER: provider.issuer });
    }
  });
});

it('a page elsewhere cannot start a sign-in, and none leads away from the hub', async () => {
  const asking = { method: 'POST', headers: { origin: 'https://evil.example' }, body: 'callbackUrl=/' };
  expect((await auth.POST(portal.request('/api/auth/signin/oidc', asking))).status).toBe(403);
  const end = await new Browser().signIn('shiro', { next: 'https://evil.example/' });
  expect(new URL(end).origin).toBe(origin);
});

it('a provider without TLS is none, except on this machine', async () => {
  const { oidc } = await import('./oidc.ts');
  const { serverEnv } = await import('../env.ts');
  const offered = (issuer: string) => {
    Object.assign(serverEnv(), { OIDC_ISSUER: issuer });
    const name = oidc.providerName();
    Object.assign(serverEnv(), { OIDC_ISSUER: provider.issuer });
    return name !== null;
  };
  expect([offered('https://id.example'), offered('http://localhost:8080/realm')]).toEqual([true, true]);
  expect([offered('http://id.example'), offered('http://127.0.0.1.evil.example')]).toEqual([false, false]);
});
