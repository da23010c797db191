import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { GET as events } from '../app/api/events/route.ts';
import { GET as stream } from '../app/api/stream/route.ts';

// The two routes of the event stream on a port, as a process of its own that a test may kill: PORT and the portal's settings.
const routes: Record<string, (request: Request) => Promise<Response>> = {
  '/api/stream': stream,
  '/api/events': events,
};

const server = createServer(async (request, response) => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const passed = ['last-event-id', 'accept-language'].flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [[name, String(value)] as [string, string]];
  });
  const answer = await routes[url.pathname]?.(new Request(url, { headers: passed, signal: gone.signal }));
  if (!answer) return response.writeHead(404).end();
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body)
    Readable.fromWeb(answer.body as never)
      .on('error', () => {})
      .pipe(response);
  else response.end();
});
server.listen(Number(process.env.PORT), '127.0.0.1');
