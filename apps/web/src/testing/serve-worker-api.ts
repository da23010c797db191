import { createServer, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { GET as getObject, PUT as putObject } from '../app/api/objects/[sha256]/route.ts';
import { POST as mutate, GET as query } from '../app/api/trpc/[trpc]/route.ts';

// What a donor's worker asks of the hub, on a port, as a process of its own: PORT and the portal's settings. No doorbell.
type Route = (request: Request) => Promise<Response>;
const routes: [RegExp, Record<string, Route>][] = [
  [/^\/api\/trpc\//, { GET: query, POST: mutate }],
  [/^\/api\/objects\/[0-9a-f]{64}$/, { GET: getObject, PUT: putObject }],
];

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const route = routes.find(([path]) => path.test(url.pathname))?.[1][request.method ?? 'GET'];
  if (!route) return response.writeHead(404).end();
  const answer = await route(asked(request, url));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body)
    Readable.fromWeb(answer.body as never)
      .on('error', () => response.destroy())
      .pipe(response);
  else response.end();
});

function asked(request: IncomingMessage, url: URL): Request {
  const { method = 'GET' } = request;
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const body = method === 'GET' ? null : (Readable.toWeb(request) as ReadableStream<Uint8Array>);
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers: headers as [string, string][],
    body,
    duplex: 'half',
  };
  return new Request(url, init);
}

server.listen(Number(process.env.PORT), '127.0.0.1');
