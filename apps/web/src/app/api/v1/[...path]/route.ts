import { handleApi } from '../../../../server/http/handle-api.ts';

interface Params {
  params: Promise<{ path: string[] }>;
}

async function handle(request: Request, { params }: Params): Promise<Response> {
  return handleApi(request, (await params).path);
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
