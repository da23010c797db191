import type { AnyTRPCProcedure } from '@trpc/server';
import { TokenScope } from '@tsudoi/schema';
import type { z } from 'zod';
import { appRouter } from '../router.ts';
import type { Meta } from '../trpc.ts';

/** One procedure of the router with all that it declares. */
export interface Declared extends Meta {
  /** Such as `sources.propose`. */
  name: string;
  kind: 'query' | 'mutation';
  input: z.ZodType | null;
}

interface Definition {
  type: 'query' | 'mutation';
  meta?: Meta;
  inputs: z.ZodType[];
}

/** Every procedure of the router. @throws Error naming a procedure that declares nothing: it must not be reachable */
export function declaredProcedures(): Declared[] {
  const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
  return Object.entries(procedures).map(([name, procedure]) => {
    const { type, meta, inputs } = procedure._def as unknown as Definition;
    if (!meta?.permission || !meta.route) throw new Error(`${name} declares no permission or no route`);
    return { ...meta, name, kind: type, input: inputs[0] ?? null };
  });
}

/** Whether a token can be issued for it. What cannot be lent to a program is not part of the HTTP API. */
export function isLendable({ permission }: Pick<Meta, 'permission'>): boolean {
  return (TokenScope.options as readonly string[]).includes(permission);
}

interface Found {
  operation: Declared;
  /** Values of `{name}` in the path. */
  parameters: Record<string, string>;
}

/** The operations of the HTTP API, by method and path. A literal segment wins over a `{name}`. */
export class RouteTable {
  readonly operations: Declared[];

  constructor(procedures: Declared[]) {
    this.operations = procedures.filter(({ route }) => route.method !== null);
  }

  find(method: string, segments: readonly string[]): Found | null {
    return this.#at(segments).find(({ operation }) => operation.route.method === method) ?? null;
  }

  /** The methods that a path takes; none: there is no such path. */
  methodsAt(segments: readonly string[]): string[] {
    return [...new Set(this.#at(segments).map(({ operation }) => operation.route.method as string))];
  }

  #at(segments: readonly string[]): Found[] {
    return this.operations
      .flatMap((operation) => {
        const parameters = matchPath(operation.route.path, segments);
        return parameters ? [{ operation, parameters }] : [];
      })
      .sort((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length);
  }
}

function matchPath(path: string, segments: readonly string[]): Record<string, string> | null {
  const wanted = path.split('/').slice(1);
  if (wanted.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const segment = segments[i] ?? '';
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return null;
  }
  return parameters;
}

/** Names of the `{name}` in a path. */
export const pathParameters = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
