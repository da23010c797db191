import { lookup as dnsLookup } from 'node:dns';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Location } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';
import { type FetchLimits, oversized, unreachable } from './limits.ts';

type UrlLocation = Extract<Location, { kind: 'url' }>;

/** How the network is reached; a test puts a local server here. */
export interface Network {
  request: typeof httpsRequest;
  isForbidden(address: string): boolean;
}
export const publicNetwork: Network = { request: httpsRequest, isForbidden: isPrivateAddress };

/**
 * Downloads one https URL to a file. Redirects are refused, and so is every address that is not public: a name is
 * checked at the moment of connecting, so that it cannot change between check and use. Size is enforced while the
 * bytes stream in.
 */
export async function fetchUrl(
  location: UrlLocation,
  dir: string,
  limits: FetchLimits,
  signal: AbortSignal,
  network: Network = publicNetwork,
): Promise<{ path: string }> {
  const url = new URL(location.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && network.isForbidden(host)) throw unreachable(location, 'the address is not public');
  try {
    const response = await open(url, network, signal);
    if (response.statusCode !== 200) {
      response.destroy();
      throw unreachable(location, `HTTP ${response.statusCode}`);
    }
    const path = join(dir, 'download');
    await pipeline(response, countingBytes(location, limits.maxBytes), createWriteStream(path));
    return { path };
  } catch (error) {
    if (error instanceof Rejection || signal.aborted) throw error;
    throw unreachable(location, error instanceof Error ? error.message.slice(0, 200) : 'failed');
  }
}

function countingBytes(location: UrlLocation, maxBytes: number) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw oversized(location, maxBytes);
      yield chunk;
    }
  };
}

function open(url: URL, network: Network, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = network.request(url, {
      signal,
      lookup: guardedLookup(network),
      agent: false,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tsudoi-ingest' },
    });
    request.on('response', resolve).on('error', reject).end();
  });
}

function guardedLookup(network: Network): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      if (addresses.some(({ address }) => network.isForbidden(address))) {
        return callback(new Error('the address is not public'), '');
      }
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

const notPublic = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(net, prefix, 'ipv4');
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
const embedsIpv4 = new BlockList();
embedsIpv4.addSubnet('2002::', 16, 'ipv6'); // 6to4
embedsIpv4.addSubnet('2001::', 32, 'ipv6'); // Teredo
embedsIpv4.addSubnet('2001:db8::', 32, 'ipv6'); // documentation

/** True for loopback, private, link-local, multicast and reserved addresses, of IPv4 also inside IPv6. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isPrivateAddress(mapped);
  if (isIP(address) === 4) return notPublic.check(address, 'ipv4');
  return !globalUnicast.check(address, 'ipv6') || embedsIpv4.check(address, 'ipv6');
}
