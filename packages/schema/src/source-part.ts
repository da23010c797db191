import { z } from 'zod';
import { Sha256 } from './ids.ts';

/** Where the bytes of a source come from. The ingest job pins what it found by hash. */
export const Location = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deb'), package: z.string().regex(/^[a-z0-9][a-z0-9+.-]{1,99}$/) }),
  z.strictObject({
    kind: z.literal('npm'),
    package: z.string().regex(/^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/),
    version: z.string().regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/),
  }),
  z.strictObject({
    kind: z.literal('upload'),
    sha256: Sha256,
    size: z.int().positive(),
    fileName: z.string().min(1).max(200),
  }),
  z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https$/ }) }),
]);
export type Location = z.infer<typeof Location>;

export const DocumentFormat = z.enum([
  'roff',
  'html',
  'markdown',
  'text',
  'code',
  'jsonl',
  'parquet',
  'warc',
  'mediawiki',
]);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

export const Language = z.enum(['ja', 'en', 'code']);
export type Language = z.infer<typeof Language>;

/** Some files of one location, read one way. `include` are globs on the path inside the package. */
export const SourcePart = z.strictObject({
  location: Location,
  include: z.array(z.string().min(1).max(200)).min(1).max(20),
  format: DocumentFormat,
  language: Language,
});
export type SourcePart = z.infer<typeof SourcePart>;

/** What the rights holder allows us to do; each is asked for on its own. */
export const UseRights = z.strictObject({
  train: z.boolean(),
  search: z.boolean(),
  redistribute: z.boolean(),
});
export type UseRights = z.infer<typeof UseRights>;
