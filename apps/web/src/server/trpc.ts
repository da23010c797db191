import { initTRPC } from '@trpc/server';
import { execute, requirePermission, waitForProjections } from '@tsudoi/hub';
import {
  type Command,
  type CommandData,
  CommandId,
  type CommandType,
  commandDefinition,
  type Lease,
  type Permission,
  Rejection,
  type Within,
} from '@tsudoi/schema';
import { z } from 'zod';
import type { Context } from './context.ts';
import type { Route } from './http/route.ts';
import { hub } from './hub.ts';
import { httpStatusOf, invalidInput, rejectionShape } from './rejections.ts';
import { requireStorableText } from './storable-text.ts';
import { currentTraceId } from './tracing.ts';

/** What a procedure says about itself: the portal, the HTTP API, its OpenAPI document and the authorisation table read it. */
export interface Meta {
  permission: Permission;
  within: Within;
  route: Route;
  /** The command it sends, if it does. */
  command: CommandType | null;
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isDev: false, // never a stack trace in an answer
    errorFormatter({ shape, error, ctx }) {
      const locale = ctx?.locale ?? 'ja';
      const cause = error.cause;
      if (cause instanceof Rejection) {
        const rejection = rejectionShape(cause, locale);
        const data = { ...shape.data, httpStatus: httpStatusOf(cause.code), rejection, traceId: null };
        return { ...shape, message: rejection.text, data };
      }
      if (cause instanceof z.ZodError) {
        const rejection = invalidInput(cause, locale);
        return {
          ...shape,
          message: rejection.text,
          data: { ...shape.data, httpStatus: 400, rejection, traceId: null },
        };
      }
      if (error.code === 'INTERNAL_SERVER_ERROR') {
        const traceId = ctx?.traceId ?? currentTraceId();
        return { ...shape, message: 'internal error', data: { ...shape.data, rejection: null, traceId } };
      }
      return { ...shape, data: { ...shape.data, rejection: null, traceId: null } };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/**
 * The only way to build a procedure: it names the one permission it needs, which is checked against the database on
 * every call, and where it must be held: by default for the whole hub. Text that no table takes is refused. Queries then wait until the read models contain
 * what their caller has just written.
 */
export function procedure(permission: Permission, route: Route, within: Within = null) {
  return declared({ permission, route, within, command: null });
}

function declared(meta: Meta) {
  const { permission, within } = meta;
  return t.procedure.meta(meta).use(async ({ ctx, type, getRawInput, next }) => {
    const { actor } = ctx;
    if (permission !== 'public.read') {
      if (!actor) throw new Rejection('auth.sign-in-needed');
      await requirePermission(hub(), actor, permission, within);
    }
    requireStorableText(await getRawInput());
    if (type === 'query' && ctx.after !== null) await waitForProjections(hub(), ctx.after, 2000);
    return next({ ctx });
  });
}

interface CommandResults {
  'job.claim': Lease | null;
  'person.issueToken': { secret: string };
  'webhook.register': { secret: string };
  'webhook.rotateSecret': { secret: string };
  'subscription.issueCredential': { user: string; secret: string };
  'annotation.claim': { itemId: string; expiresAt: string } | null;
  'annotation.review': { revealed: boolean };
  'source.revise': { state: string; refusedBy: { rule: string; licence: string } | null };
  'source.withdraw': { descendants: { artifacts: number; runs: number; releases: number } };
  'job.complete': { artifactIds: string[] };
  'source.propose': { state: string; refusedBy: { rule: string; licence: string } | null };
}
type ResultOf<T extends CommandType> = T extends keyof CommandResults ? CommandResults[T] : null;

/**
 * A mutation that sends one command of the hub. Its permission and its shape are the command's own. `check` refuses what the hub
 * cannot know to be wrong, such as rules that only the engine knows, and uploaded files that the hub never opens.
 */
export function commandProcedure<T extends CommandType>(
  type: T,
  route: Route,
  check?: (data: CommandData<T>) => void | Promise<void>,
) {
  const definition = commandDefinition(type);
  const by: Permission | 'system' = definition.by;
  if (by === 'system') throw new Error(`${type} is sent by the hub's own processes only`);
  const shape = definition.data as unknown as z.ZodObject<z.ZodRawShape>;
  const input = shape.extend({
    commandId: CommandId,
    expectedVersion: z.int().nonnegative().optional(),
  }) as unknown as z.ZodType<CommandData<T> & { commandId: string; expectedVersion?: number }>;
  // Held anywhere at all: the hub itself checks that it is held where the target belongs.
  return declared({ permission: by, route, within: 'any', command: type })
    .input(input)
    .mutation(async ({ ctx, input }): Promise<{ position: number; result: ResultOf<T> }> => {
      const { commandId, expectedVersion, ...data } = input;
      const command = { type, data } as unknown as Command;
      const { actor, traceparent } = ctx;
      if (!actor) throw new Rejection('auth.sign-in-needed');
      await check?.(data as unknown as CommandData<T>);
      const done = await execute(hub(), command, { actor, commandId, expectedVersion, traceparent });
      return { position: done.position, result: done.result as ResultOf<T> };
    });
}

/** The person behind a request, for what only people do. */
export function personOf(ctx: Context): string {
  if (!ctx.actor || ctx.actor.kind === 'system') throw new Rejection('auth.sign-in-needed');
  return ctx.actor.personId;
}
