/**
 * Tracing for every process of Tsudoi, the donor's worker included: this entry imports nothing of PostgreSQL.
 * Spans travel as OTLP/HTTP JSON to the hub itself, and to any collector besides.
 */
export { formatTraceTree } from './format-trace-tree.ts';
export { startTelemetry, type Telemetry, type TelemetrySettings } from './start-telemetry.ts';
export { currentTraceparent, formatTraceparent, parseTraceparent, traceIdOf } from './traceparent.ts';
export { runInTrace, withSpan } from './with-span.ts';
