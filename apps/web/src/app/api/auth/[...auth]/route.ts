import { createSession, personForIdentity } from '@tsudoi/hub';
import { oidc } from '../../../../server/auth/oidc.ts';
import { answering, comesFromOwnPage, foreignOrigin } from '../../../../server/handle.ts';
import { hub } from '../../../../server/hub.ts';
import { sessionCookie } from '../../../../server/session-cookie.ts';

const notHere = () => new Response(null, { status: 404 });

/** The provider sends the browser back here. */
export function GET(request: Request): Promise<Response> {
  return answering(request, async () => {
    const { pathname } = new URL(request.url);
    if (!oidc.serves(pathname) || !pathname.includes('/callback/')) return notHere();
    const { response, identity } = await oidc.finishSignIn(request);
    if (!identity || response.status >= 400) return response;
    const personId = await personForIdentity(hub(), identity);
    const userAgent = request.headers.get('user-agent')?.slice(0, 200) ?? '';
    const session = await createSession(hub(), { personId, userAgent });
    response.headers.append('set-cookie', sessionCookie(session.secret));
    return response;
  });
}

/** The button of the sign-in page. */
export function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    const { pathname } = new URL(request.url);
    if (!oidc.serves(pathname) || !pathname.includes('/signin/')) return notHere();
    return comesFromOwnPage(request) ? oidc.startSignIn(request) : foreignOrigin();
  });
}
