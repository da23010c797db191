import type { Location } from '@tsudoi/schema';
import { Rejection } from '@tsudoi/schema';

/** Bounds of one ingest job; bytes count for the download and again for the files that are read from it. */
export interface FetchLimits {
  maxBytes: number;
  maxFiles: number;
  maxSeconds: number;
}

/** An archive may unpack to this many times `maxBytes` before it is taken for a decompression bomb. */
export const UNPACKED_FACTOR = 8;

export function describeLocation(location: Location): string {
  switch (location.kind) {
    case 'deb':
      return `deb:${location.package}`;
    case 'npm':
      return `npm:${location.package}@${location.version}`;
    case 'upload':
      return location.fileName;
    case 'url':
      return location.url;
  }
}

export function oversized(location: Location, limitBytes: number): Rejection {
  const limitMiB = Math.max(1, Math.round(limitBytes / 2 ** 20));
  return new Rejection('source.oversized', { location: describeLocation(location), limitMiB });
}

/** `problem` is one line in the words of the tool or protocol, such as "HTTP 404". */
export function unreachable(location: Location, problem: string): Rejection {
  return new Rejection('source.unreachable', { location: describeLocation(location), problem });
}
