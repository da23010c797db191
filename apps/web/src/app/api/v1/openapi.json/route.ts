import { serverEnv } from '../../../../server/env.ts';
import { openApiDocument } from '../../../../server/http/openapi.ts';

/** The description of `/api/v1` of this very hub. */
export function GET(): Response {
  return Response.json(openApiDocument(serverEnv().HUB_URL), {
    headers: { 'cache-control': 'public, max-age=300' },
  });
}
