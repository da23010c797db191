export interface BackOff {
  firstMs: number;
  longestMs: number;
  /** After so many failures in a row the webhook is paused. */
  failuresAllowed: number;
}

/** 5 s, doubled up to 6 h: 24 attempts are spread over two to three days. */
export const patient: BackOff = { firstMs: 5000, longestMs: 6 * 3_600_000, failuresAllowed: 24 };

/** What a receiver may ask for (Retry-After), so that it cannot stop its own webhook for ever. */
const longestAsked = 3600;

/**
 * How long to wait after so many failures in a row: the doubled time less a random part of up to half, so that receivers
 * of one broken server do not come back together.
 * @param chance from 0 (included) to 1
 */
export function waitAfter(
  failures: number,
  { firstMs, longestMs }: BackOff,
  { chance, retryAfter }: { chance: number; retryAfter: number | null },
): number {
  const whole = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  const asked = Math.min(retryAfter ?? 0, longestAsked) * 1000;
  return Math.max(Math.round(whole * (1 - chance / 2)), asked);
}
