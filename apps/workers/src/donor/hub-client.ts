import { randomUUID } from 'node:crypto';
import { createTRPCUntypedClient, httpLink, TRPCClientError } from '@trpc/client';
import { currentTraceparent } from '@tsudoi/hub/telemetry';
import type {
  ConfirmUploadInput,
  GrantDownloadInput,
  GrantUploadInput,
  HeartbeatInput,
  LogMetricsInput,
} from '@tsudoi/schema';
import {
  type CommandData,
  type CommandType,
  GrantDownloadOutput,
  GrantUploadOutput,
  HeartbeatOutput,
  Lease,
  Rejection,
  type RejectionCode,
  RejectionValue,
} from '@tsudoi/schema';
import { z } from 'zod';
import { pause } from '../roles/wake.ts';

const CALL_TIMEOUT = 30_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** The hub answered, but only that it has no time now. */
const passing = new Set<RejectionCode>(['hub.busy', 'rate.limited', 'stream.conflict']);

/** The hub as a node sees it. Every method throws a Rejection where the hub refuses. */
export interface HubClient {
  claim(data: CommandData<'job.claim'>): Promise<Lease | null>;
  startRun(data: CommandData<'run.start'>): Promise<void>;
  checkpoint(data: CommandData<'job.checkpoint'>): Promise<void>;
  complete(data: CommandData<'job.complete'>): Promise<{ artifactIds: string[] }>;
  fail(data: CommandData<'job.fail'>): Promise<void>;
  heartbeat(input: z.infer<typeof HeartbeatInput>): Promise<{ expiresAt: string }>;
  grantUpload(input: z.infer<typeof GrantUploadInput>): Promise<z.infer<typeof GrantUploadOutput>>;
  confirmUpload(input: z.infer<typeof ConfirmUploadInput>): Promise<void>;
  grantDownload(input: z.infer<typeof GrantDownloadInput>): Promise<z.infer<typeof GrantDownloadOutput>>;
  logMetrics(input: z.infer<typeof LogMetricsInput>): Promise<void>;
}

/** The hub did not answer, or answered with something that is no answer: worth another try. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
}

const commandOutput = <T extends z.ZodType>(result: T) => z.object({ position: z.int(), result });
const ClaimOutput = commandOutput(Lease.nullable());
const CompleteOutput = commandOutput(z.object({ artifactIds: z.array(z.string()) }));
const PlainOutput = commandOutput(z.unknown());

/**
 * Speaks to the hub's tRPC endpoint. Calls that the hub did not answer are sent again, with the same command id, until
 * they are answered, `patience` milliseconds have passed, or `signal` is aborted.
 */
export function createHubClient(options: {
  hubUrl: string;
  token: string;
  signal: AbortSignal;
  patience: number;
}): HubClient {
  const client = createTRPCUntypedClient({
    links: [
      httpLink({ url: new URL('/api/trpc', options.hubUrl).href, headers: () => headersOf(options.token) }),
    ],
  });
  const call = async <T extends z.ZodType>(name: string, input: unknown, output: T): Promise<z.infer<T>> =>
    output.parse(
      await untilAnswered(options, () =>
        client.mutation(`worker.${name}`, input, { signal: AbortSignal.timeout(CALL_TIMEOUT) }),
      ),
    );
  const send = <C extends CommandType, T extends z.ZodType>(name: string, data: CommandData<C>, output: T) =>
    call(name, { ...data, commandId: randomUUID() }, output);
  return {
    claim: async (data) => (await send<'job.claim', typeof ClaimOutput>('claim', data, ClaimOutput)).result,
    complete: async (data) =>
      (await send<'job.complete', typeof CompleteOutput>('complete', data, CompleteOutput)).result,
    startRun: async (data) => void (await send('startRun', data, PlainOutput)),
    checkpoint: async (data) => void (await send('checkpoint', data, PlainOutput)),
    fail: async (data) => void (await send('fail', data, PlainOutput)),
    heartbeat: (input) => call('heartbeat', input, HeartbeatOutput),
    grantUpload: (input) => call('grantUpload', input, GrantUploadOutput),
    confirmUpload: async (input) => void (await call('confirmUpload', input, z.unknown())),
    grantDownload: (input) => call('grantDownload', input, GrantDownloadOutput),
    logMetrics: async (input) => void (await call('logMetrics', input, z.unknown())),
  };
}

async function untilAnswered<T>(
  { patience, signal }: { patience: number; signal: AbortSignal },
  attempt: () => Promise<T>,
): Promise<T> {
  const givenUpAt = performance.now() + patience;
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      const meant = rejectionOf(error);
      if (meant && !passing.has(meant.code)) throw meant;
      if (signal.aborted || performance.now() + wait > givenUpAt) throw meant ?? unreachable(error);
      await pause(wait, signal);
    }
  }
}

function headersOf(token: string): Record<string, string> {
  const traceparent = currentTraceparent();
  return { authorization: `Bearer ${token}`, ...(traceparent ? { traceparent } : {}) };
}

const ErrorData = z.object({ rejection: z.object({ code: z.string(), params: z.unknown() }).nullish() });

/** The refusal inside a tRPC error, or null when the call failed in any other way. */
export function rejectionOf(error: unknown): Rejection | null {
  if (!(error instanceof TRPCClientError)) return null;
  return parseRejection(ErrorData.safeParse(error.data).data?.rejection);
}

export function parseRejection(value: unknown): Rejection | null {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('params' in value)) return null;
  const parsed = RejectionValue.safeParse({ code: value.code, params: value.params });
  return parsed.success ? new Rejection(parsed.data.code, parsed.data.params) : null;
}

function unreachable(error: unknown): HubUnreachable {
  const data =
    error instanceof TRPCClientError ? z.object({ traceId: z.string() }).safeParse(error.data).data : null;
  const trace = data ? ` (trace ${data.traceId})` : '';
  return new HubUnreachable(
    `the hub did not answer: ${error instanceof Error ? error.message : error}${trace}`,
  );
}
