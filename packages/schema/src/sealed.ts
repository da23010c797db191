import { z } from 'zod';

/**
 * Personal data inside an event: `s1.` nonce `.` ciphertext with tag, base64url. AES-256-GCM under the key of one
 * person; without that key, which erasure deletes, it is noise. What it is about is bound in as associated data.
 */
export const Sealed = z
  .string()
  .max(60_000)
  .regex(/^s1\.[\w-]{16}\.[\w-]{22,}$/);
export type Sealed = z.infer<typeof Sealed>;
