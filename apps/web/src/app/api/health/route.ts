import { logHead } from '@tsudoi/hub';
import { answering } from '../../../server/handle.ts';
import { hub } from '../../../server/hub.ts';

/** Answers only when the portal reaches its database. */
export function GET(request: Request): Promise<Response> {
  return answering(request, async () => {
    const head = await logHead(hub().sql);
    return Response.json({ ok: true, position: head.position }, { headers: { 'cache-control': 'no-store' } });
  });
}

export const dynamic = 'force-dynamic';
