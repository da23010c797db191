import { asyncApiDocument } from '@tsudoi/schema';

/** The description of the hub's events, for programs that make clients from it. */
export function GET(): Response {
  return Response.json(asyncApiDocument(), { headers: { 'cache-control': 'public, max-age=300' } });
}
