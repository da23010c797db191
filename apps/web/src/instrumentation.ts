/** Next calls this once when the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return;
  const { startWebTelemetry } = await import('./server/tracing.ts');
  startWebTelemetry();
  const [{ markClientAddresses }, { nameTraces }, { serverEnv }] = await Promise.all([
    import('./server/http/client-address.ts'),
    import('./server/http/name-traces.ts'),
    import('./server/env.ts'),
  ]);
  markClientAddresses(serverEnv().TRUSTED_PROXIES);
  nameTraces();
}
