import { z } from 'zod';

/** Every setting of every process. A process parses its environment once, at its entry, and passes values down. */
export const Env = z.object({
  DATABASE_URL: z.url(),
  NATS_URL: z.string().default('nats://127.0.0.1:4222'),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  /** Where working groups reach NATS from outside; without it, as the hub does. */
  NATS_PUBLIC_URL: z.string().optional(),
  /** Where nats-server reads the users of working groups from, and where it says its process id; on its machine. */
  NATS_USERS_FILE: z.string().optional(),
  NATS_PID_FILE: z.string().optional(),
  /** Webhooks may go to this machine itself, without TLS. Set by the launcher only while the hub listens on loopback. */
  WEBHOOKS_TO_LOOPBACK: z.enum(['on', 'off']).default('off'),
  /** Where people and workers reach the hub. */
  HUB_URL: z.url(),
  HUB_SECRET: z.string().min(32), // signs sessions and object grants
  /** 32 bytes as hex. Wraps the key of each person; whoever loses it loses every name and address. */
  PERSONAL_DATA_KEY: z.string().regex(/^[0-9a-f]{64}$/),
  /** Set by the launcher only while the hub listens on loopback. */
  LOCAL_PERSONAS: z.enum(['on', 'off']).default('off'),
  OBJECT_STORE: z.enum(['filesystem', 's3']).default('filesystem'),
  OBJECT_DIR: z.string().optional(),
  S3_ENDPOINT: z.url().optional(),
  S3_BUCKET: z.string().default('tsudoi'),
  S3_ACCESS_KEY: z.string().optional(),
  S3_SECRET_KEY: z.string().optional(),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default('OpenID Connect'),
  /** Loopback address of the process that runs models for the playground. */
  MODEL_SERVER_URL: z.url().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(), // spans are forwarded there as well
  TELEMETRY_TOKEN: z.string().optional(), // bearer for the hub's own OTLP endpoint
  LEASE_SECONDS: z.coerce.number().positive().default(90),
  /** Reverse proxies in front of the portal that note the client's address in X-Forwarded-For. */
  TRUSTED_PROXIES: z.coerce.number().int().nonnegative().default(0),
});
export type Env = z.infer<typeof Env>;

/** Settings of a donor's worker: it knows the hub's address and its token, and nothing of the hub's servers. */
export const WorkerEnv = z.object({
  HUB_URL: z.url(),
  WORKER_TOKEN: z.string().min(10),
  WORKER_NAME: z.string().default('worker'),
  WORKER_DIR: z.string(),
  WORKER_THREADS: z.coerce.number().int().positive().optional(),
  WORKER_MEMORY_MIB: z.coerce.number().int().positive().optional(),
  CODE_COMMIT: z.string().default('unknown'),
  TELEMETRY_TOKEN: z.string().optional(),
});
export type WorkerEnv = z.infer<typeof WorkerEnv>;

/** Reads settings or says in one line per problem which are wrong. */
export function parseEnv<T extends z.ZodType>(
  schema: T,
  environment: Record<string, string | undefined>,
): z.infer<T> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`settings are not valid:\n  ${lines.join('\n  ')}`);
}
