import { type NextRequest, NextResponse } from 'next/server';
import { serverEnv } from './server/env.ts';

/** Browsers upload straight to an S3 store; to nothing else outside the hub. */
function uploadOrigin(): string {
  const { OBJECT_STORE, S3_ENDPOINT } = serverEnv();
  return OBJECT_STORE === 's3' && S3_ENDPOINT ? ` ${new URL(S3_ENDPOINT).origin}` : '';
}

/** The sign-in form leads to the provider and on through its own pages; without TLS only to one on this machine. */
function signInOrigins(): string {
  const { OIDC_ISSUER } = serverEnv();
  return OIDC_ISSUER?.startsWith('http:') ? `https: ${new URL(OIDC_ISSUER).origin}` : 'https:';
}

/** Gives each page its script nonce. Nothing is authorised here: procedures and pages ask the database themselves. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const isDev = process.env.NODE_ENV === 'development';
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ''}`,
    // Style elements need the nonce; attributes carry widths and colours of charts that the server drew.
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${uploadOrigin()}`,
    // The lab trains in a worker of our own.
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    `form-action 'self' ${signInOrigins()}`,
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  matcher: [{ source: '/((?!api/|_next/static|_next/image|icon.svg).*)' }],
};
