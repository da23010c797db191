import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

export interface TelemetrySettings {
  /** Name of the process as people read it in a trace: `web`, `publisher`, `worker` ... */
  service: string;
  /** Base URL of the hub's OTLP endpoint (`/v1/traces` is added); null keeps spans in the process. */
  endpoint: string | null;
  /** Bearer token of the hub's endpoint. */
  token?: string | null;
  /** Base URL of any other OTLP/HTTP collector that gets every span too. */
  forwardTo?: string | null;
}

export interface Telemetry {
  /** Sends what is left, for at most two seconds, and stops. */
  shutdown(): Promise<void>;
}

/**
 * Starts tracing in this process; call it once, first thing. Where no endpoint is set, spans still get ids, so that
 * events carry their trace. An endpoint that is away costs lost spans and never an error.
 */
export function startTelemetry(settings: TelemetrySettings): Telemetry {
  const spanProcessors: SpanProcessor[] = [];
  if (settings.endpoint) {
    const headers: Record<string, string> = settings.token
      ? { authorization: `Bearer ${settings.token}` }
      : {};
    spanProcessors.push(batchTo(settings.endpoint, headers));
  }
  if (settings.forwardTo) spanProcessors.push(batchTo(settings.forwardTo, {}));

  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.service, 'process.pid': process.pid }),
    spanProcessors,
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    shutdown: async () => {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 2000);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), deadline]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
    },
  };
}

function batchTo(baseUrl: string, headers: Record<string, string>): SpanProcessor {
  const url = `${baseUrl.replace(/\/$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: 4000 });
  // Short batches, because somebody is watching the trace page while the click travels.
  return new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1000, maxQueueSize: 8192 });
}
