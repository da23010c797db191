import { createSession, permissionsOf } from '@tsudoi/hub';
import { PersonId, Rejection } from '@tsudoi/schema';
import { z } from 'zod';
import { personasAllowed } from '../../../../server/auth/personas.ts';
import { boundedJson } from '../../../../server/bounded-body.ts';
import { answering, comesFromOwnPage, foreignOrigin } from '../../../../server/handle.ts';
import { hub } from '../../../../server/hub.ts';
import { sessionCookie } from '../../../../server/session-cookie.ts';

const Input = z.strictObject({ personId: PersonId });

/** Signs in as a local persona; only while the hub listens on this machine alone. */
export function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    if (!comesFromOwnPage(request)) return foreignOrigin();
    if (!personasAllowed(request.headers.get('host'))) throw new Rejection('persona.not-local');
    const { personId } = Input.parse(await boundedJson(request, 1024));
    // Not asked of the read models, which may still be catching up when the hub has just started.
    const permissions = await permissionsOf(hub(), { kind: 'person', personId });
    if (!permissions.has('person.self')) throw new Rejection('person.unknown', { personId });
    const userAgent = request.headers.get('user-agent')?.slice(0, 200) ?? '';
    const session = await createSession(hub(), { personId, userAgent });
    return Response.json({ personId }, { headers: { 'set-cookie': sessionCookie(session.secret) } });
  });
}
