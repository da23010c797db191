import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** Set by this process for itself; whatever a client sends under this name is overwritten before anything reads it. */
export const addressHeader = 'x-tsudoi-client-address';

/**
 * Route handlers see headers and no socket, and headers are whatever a client likes to write. So each request is marked
 * with the address it came from before Next sees it: that of the socket, or with `proxies` trusted proxies in front the
 * one that the outermost of them noted.
 */
export function markClientAddresses(proxies: number): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[addressHeader] = clientAddress(request.socket.remoteAddress, request.headers, proxies);
  });
}

export function clientAddress(
  socket: string | undefined,
  headers: IncomingHttpHeaders,
  proxies: number,
): string {
  const noted = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const address = proxies > 0 ? noted.at(-proxies) : undefined;
  return address ?? socket ?? 'unknown';
}

/** One caller per IPv4 address; per /64 in IPv6, where one household has 2^64 addresses. */
export function callerOfAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
