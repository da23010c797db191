import { endSession } from '@tsudoi/hub';
import { answering, comesFromOwnPage, foreignOrigin } from '../../../server/handle.ts';
import { hub } from '../../../server/hub.ts';
import { endedSessionCookie, sessionSecretOf } from '../../../server/session-cookie.ts';

/** Signs out: the session ends in the database, not only in this browser. */
export function DELETE(request: Request): Promise<Response> {
  return answering(request, async () => {
    if (!comesFromOwnPage(request)) return foreignOrigin();
    const secret = sessionSecretOf(request.headers.get('cookie'));
    if (secret) await endSession(hub(), secret);
    return new Response(null, { status: 204, headers: { 'set-cookie': endedSessionCookie() } });
  });
}
