import { lookup } from 'node:dns/promises';
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address.ts';

export interface PostSettings {
  /** Deliveries to this machine itself, also without TLS: for trying things out while the hub is local. */
  allowLoopback: boolean;
  /** From the name's resolution to the last byte of the answer. Default 10,000. */
  timeoutMs?: number;
  /** Certificates in PEM that are trusted instead of the usual ones, for receivers with a CA of their own. */
  ca?: string;
  /** How names are resolved. Default: as the system does. */
  resolve?: (name: string) => Promise<{ address: string; family: number }[]>;
}

export interface PostOutcome {
  /** HTTP status; null: there was no answer. */
  status: number | null;
  /** Why there was none, in a few words. */
  error: string | null;
  ms: number;
  /** What the receiver asked us to wait, in seconds. */
  retryAfter: number | null;
}

/** What is read of an answer; nobody needs its content. */
const mostRead = 64 * 1024;

/**
 * Sends a body to an address that somebody outside has named. The name is resolved once, every address it has must be
 * public, and the connection goes to one of those and to no other: a name that changes in between changes nothing.
 * Redirections are answers like any other and are not followed.
 */
export async function postOutside(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  settings: PostSettings,
): Promise<PostOutcome> {
  const started = performance.now();
  const passed = () => Math.round(performance.now() - started);
  const signal = AbortSignal.timeout(settings.timeoutMs ?? 10_000);
  try {
    const addresses = await within(signal, checkedAddresses(new URL(url), settings));
    const answer = await send(new URL(url), { headers, body, addresses, signal, ca: settings.ca });
    return { ...answer, error: null, ms: passed() };
  } catch (error) {
    const why = signal.aborted ? 'no answer in time' : describe(error);
    return { status: null, error: why, ms: passed(), retryAfter: null };
  }
}

class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

type Address = { address: string; family: number };

/** @throws EgressRefused */
async function checkedAddresses(
  { protocol, hostname }: URL,
  { allowLoopback, resolve }: PostSettings,
): Promise<Address[]> {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(name);
  const found = family
    ? [{ address: name, family }]
    : await (resolve ?? ((asked) => lookup(asked, { all: true })))(name);
  const local = allowLoopback && found.length > 0 && found.every(({ address }) => isLoopback(address));
  if (protocol !== 'https:' && !local) throw new EgressRefused('not https');
  if (found.length === 0 || !(local || found.every(({ address }) => isPublicAddress(address)))) {
    throw new EgressRefused('not a public address');
  }
  return found;
}

function send(
  url: URL,
  {
    headers,
    body,
    addresses,
    signal,
    ca,
  }: {
    headers: Record<string, string>;
    body: string;
    addresses: Address[];
    signal: AbortSignal;
    ca: string | undefined;
  },
): Promise<{ status: number; retryAfter: number | null }> {
  const options: RequestOptions & { ca?: string } = {
    method: 'POST',
    ...(ca === undefined ? {} : { ca }),
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: false, // a connection of its own, never one that another name has opened
    signal,
    lookup: (_name, asked, answer) =>
      asked.all ? answer(null, addresses) : answer(null, addresses[0].address, addresses[0].family),
  };
  return new Promise((resolve, reject) => {
    let answer: { status: number; retryAfter: number | null } | null = null;
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      const seconds = Number(response.headers['retry-after']);
      const said = {
        status: response.statusCode ?? 0,
        retryAfter: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
      };
      answer = said; // whatever happens to the rest
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > mostRead) response.destroy();
      });
      response.on('error', () => {});
      response.once('close', () => resolve(said));
    });
    request.once('error', (error) => (answer ? resolve(answer) : reject(error)));
    request.end(body);
  });
}

function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

/** What Node says when it does not trust who answers: the chain, the time or the name of the certificate. */
const certificateCode =
  /CERT|^(UNABLE_TO_(GET_(ISSUER|CRL)|VERIFY_LEAF)|CRL_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED)/;

/** In words that say nothing of the network behind us. */
function describe(error: unknown): string {
  if (error instanceof EgressRefused) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (certificateCode.test(code)) return `certificate not trusted (${code})`;
  if (code === 'EPROTO') return 'no TLS at that address (EPROTO)';
  return /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'connection failed';
}
