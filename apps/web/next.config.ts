import path from 'node:path';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

const withNextIntl = createNextIntlPlugin('./src/i18n/request.ts');
const repositoryRoot = path.join(import.meta.dirname, '../..');

// Headers that never change; the policy for scripts needs a nonce for each request and is set in proxy.ts.
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
];

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  // The workspace packages are TypeScript sources; what talks to servers stays outside the bundle.
  transpilePackages: ['@tsudoi/schema', '@tsudoi/hub', '@tsudoi/engine'],
  serverExternalPackages: [
    'postgres',
    'minio',
    '@nats-io/transport-node',
    '@nats-io/jetstream',
    '@nats-io/nats-core',
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
  ],
  // `tsc` checks the types once for the whole repository; the build does not check them a second time.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [{ source: '/(.*)', headers: securityHeaders }],
};

export default withNextIntl(config);
