import { timingSafeEqual } from 'node:crypto';
import { authenticateToken, insertSpans } from '@tsudoi/hub';
import { Rejection } from '@tsudoi/schema';
import { boundedJson } from '../../../../../server/bounded-body.ts';
import { bearerToken } from '../../../../../server/context.ts';
import { serverEnv } from '../../../../../server/env.ts';
import { answering } from '../../../../../server/handle.ts';
import { hub } from '../../../../../server/hub.ts';

/** OTLP/HTTP with JSON (OpenTelemetry protocol 1.x): spans of the hub's processes and of nodes. */
export function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    await authenticate(bearerToken(request.headers));
    const body = await boundedJson(request, 4 * 1024 * 1024);
    await insertSpans(hub(), body);
    return Response.json({ partialSuccess: {} });
  });
}

async function authenticate(bearer: string | null): Promise<void> {
  if (bearer === null) throw new Rejection('auth.sign-in-needed');
  if (isTelemetryToken(bearer)) return;
  const actor = await authenticateToken(hub(), bearer);
  const scopes = actor.kind === 'node' ? actor.scopes : [];
  if (!scopes.includes('telemetry.write') && !scopes.includes('node.work')) {
    throw new Rejection('auth.not-permitted', { permission: 'telemetry.write' });
  }
}

function isTelemetryToken(bearer: string): boolean {
  const expected = Buffer.from(serverEnv().TELEMETRY_TOKEN ?? '');
  const given = Buffer.from(bearer);
  return expected.length > 0 && expected.length === given.length && timingSafeEqual(expected, given);
}
