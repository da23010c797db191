import type { Manifest } from '@tsudoi/schema';
import { z } from 'zod';
import { objectStore } from '../hub.ts';

const Report = z.object({
  samples: z.array(z.object({ prompt: z.string().max(2000), text: z.string().max(20_000) })).max(32),
});
const largest = 1024 * 1024; // bytes of report.json worth reading for a page

export type Sample = z.infer<typeof Report>['samples'][number];

/** The generated texts of an evaluation, read from its report; none where its verdict forbids passing it on. */
export async function evaluationSamples(manifest: Manifest): Promise<Sample[]> {
  const file = manifest.files.find(({ path }) => path === 'report.json');
  if (!file || file.size > largest || !manifest.licence.rights.redistribute) return [];
  const chunks: Buffer[] = [];
  for await (const chunk of await objectStore().get(file.sha256)) chunks.push(chunk as Buffer);
  return samplesIn(Buffer.concat(chunks).toString('utf8'));
}

/** A worker wrote the report, and the hub has looked at its hash alone: it may hold anything. */
function samplesIn(text: string): Sample[] {
  try {
    return Report.parse(JSON.parse(text)).samples;
  } catch {
    return [];
  }
}
