// `--profile`: one step under the timer, as a Chrome trace and as a table of kernels against the machine's roof.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureRoof } from '../../train/open-trainer.ts';
import { chromeTrace, type KernelRow, kernelTable } from '../../train/profile-report.ts';
import { openSession, type Settings } from './session.ts';

export interface Profile {
  readonly rows: readonly KernelRow[];
  /** Flops per second. */
  readonly roof: number;
  readonly trace: string;
}

export async function profile(settings: Settings): Promise<Profile> {
  const session = await openSession(settings);
  try {
    for (let i = 0; i < 2; i++) await session.trainer.step(session.batch(i));
    const launches = await session.trainer.profile(session.batch(2));
    const roof = await measureRoof(settings.device, { threads: settings.threads });
    const trace = join(session.outDir, 'trace.json');
    await writeFile(trace, chromeTrace(launches, session.recipe.title));
    return { rows: kernelTable(launches, roof), roof, trace };
  } finally {
    session.close();
  }
}
