import { createTRPCUntypedClient, httpLink, TRPCClientError } from '@trpc/client';
import { Rejection, RejectionCode } from '@tsudoi/schema';
import { z } from 'zod';

/** Talks to a hub exactly as the portal's pages do: a session cookie and tRPC over HTTP. */
export class HubClient {
  readonly url: string;
  readonly #trpc: ReturnType<typeof createTRPCUntypedClient>;
  #position = 0;

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.#trpc = createTRPCUntypedClient({
      links: [
        httpLink({
          url: `${url}/api/trpc`,
          // Read what we wrote: queries wait for the position of our last command.
          headers: () => ({ cookie, origin: url, 'x-tsudoi-after': String(this.#position) }),
        }),
      ],
    });
  }

  static async signIn(url: string, personId: string): Promise<HubClient> {
    const response = await fetch(`${url}/api/session/local`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ personId }),
    });
    if (!response.ok)
      throw new Error(
        `sign-in failed with status ${response.status}: ${(await response.text()).slice(0, 200)}`,
      );
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    return new HubClient(url, cookie);
  }

  query<T>(path: string, input?: unknown): Promise<T> {
    return rejecting(this.#trpc.query(path, input)) as Promise<T>;
  }

  async send(path: string, input: Record<string, unknown>): Promise<unknown> {
    const answer = Answer.parse(await rejecting(this.#trpc.mutation(path, input)));
    this.#position = Math.max(this.#position, answer.position);
    return answer.result;
  }

  /** One file of an artifact, through a short-lived address as a page would get it. */
  async download(artifactId: string, path: string): Promise<string> {
    const grant = Grant.parse(
      await rejecting(this.#trpc.mutation('artifacts.grantDownload', { artifactId, path })),
    );
    const response = await fetch(new URL(grant.url, this.url));
    if (!response.ok)
      throw new Error(`${path} of ${artifactId} cannot be downloaded: status ${response.status}`);
    return response.text();
  }
}

const Answer = z.object({ position: z.int(), result: z.unknown() });
const Grant = z.object({ url: z.string() });
const ErrorData = z.object({
  rejection: z.object({
    code: RejectionCode,
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
});

async function rejecting<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TRPCClientError) {
      const data = ErrorData.safeParse(error.data);
      if (data.success) throw new Rejection(data.data.rejection.code, data.data.rejection.params);
    }
    throw error;
  }
}
