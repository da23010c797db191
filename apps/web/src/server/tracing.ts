import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { startTelemetry } from '@tsudoi/hub/telemetry';
import { serverEnv } from './env.ts';

/** Trace id of the span that is active now, or null when telemetry is off. */
export function currentTraceId(): string | null {
  const context = trace.getActiveSpan()?.spanContext();
  return context && context.traceId !== '0'.repeat(32) ? context.traceId : null;
}

/**
 * Starts tracing with our own spans only. Next would add one for every request, the export of spans to this very
 * process included, and so keep itself busy for ever.
 */
export function startWebTelemetry(): void {
  const env = serverEnv();
  const hubUrl = env.HUB_URL.replace(/\/$/, '');
  startTelemetry({
    service: 'web',
    endpoint: env.TELEMETRY_TOKEN ? `${hubUrl}/api/otlp` : null,
    token: env.TELEMETRY_TOKEN ?? null,
    forwardTo: env.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
  });
  const global = trace.getTracerProvider();
  const ours = global instanceof ProxyTracerProvider ? global.getDelegate() : global;
  const silent = new ProxyTracerProvider(); // without a delegate every span is a no-op that passes its parent on
  trace.disable();
  trace.setGlobalTracerProvider({
    getTracer: (name, version, options) =>
      (name === 'next.js' ? silent : ours).getTracer(name, version, options),
  });
}
