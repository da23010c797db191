import { Env, parseEnv } from '@tsudoi/schema';

let parsed: Env | null = null;

/** The settings of this process, parsed once at the first request and never while the portal is being built. */
export function serverEnv(): Env {
  parsed ??= parseEnv(Env, process.env);
  return parsed;
}
