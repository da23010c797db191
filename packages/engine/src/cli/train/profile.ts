// `--profile`: one step under the timer, as a Chrome trace and as a table of kernels against the machine's roof.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromeTrace, type KernelRow, kernelTable } from '../../train/profile-report.ts';
import { openRoofMeter, type Roof } from '../../train/roof.ts';
import { openSession, type Settings } from './session.ts';

export interface Profile {
  readonly rows: readonly KernelRow[];
  readonly roof: Roof;
  readonly trace: string;
}

export async function profile(settings: Settings): Promise<Profile> {
  const session = await openSession(settings);
  const meter = await openRoofMeter(settings.device, { threads: settings.threads });
  try {
    for (let i = 0; i < 2; i++) await session.trainer.step(session.batch(i));
    // Before and after: the machine may have been busy during one of them.
    await meter.measure();
    const launches = await session.trainer.profile(session.batch(2));
    const roof = await meter.measure();
    const trace = join(session.outDir, 'trace.json');
    await writeFile(trace, chromeTrace(launches, session.recipe.title));
    return { rows: kernelTable(launches, roof, session.recipe.pretrain.accumulation), roof, trace };
  } finally {
    meter.dispose();
    session.close();
  }
}
