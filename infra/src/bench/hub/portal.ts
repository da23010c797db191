import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from '../../build-web.ts';
import type { Stage } from '../../fault/stage.ts';
import { checkoutRoot } from '../../paths.ts';
import { sayTo } from '../../say.ts';
import { baseEnvironment, type Child, startChild } from '../../servers/child.ts';
import { freePort } from '../../servers/ports.ts';
import { waitUntil } from '../../servers/wait.ts';

export interface BenchPortal {
  url: string;
  child: Child;
  /** Resident memory of all its processes, in MiB. */
  residentMiB(): number;
}

/** The real portal, built as for production, on the servers of a stage. */
export async function startBenchPortal(stage: Stage): Promise<BenchPortal> {
  await buildWeb(join(stage.dir, 'build.log'), sayTo(process.stderr));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = startChild({
    name: 'portal',
    command: process.execPath,
    args: [
      join(checkoutRoot, 'node_modules/next/dist/bin/next'),
      'start',
      '-H',
      '127.0.0.1',
      '-p',
      String(port),
    ],
    env: {
      ...baseEnvironment(),
      ...stage.environment(),
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      HUB_URL: url,
      OBJECT_DIR: join(stage.dir, 'objects'),
    },
    cwd: join(checkoutRoot, 'apps/web'),
    logFile: join(stage.dir, 'portal.log'),
  });
  await waitUntil('the portal', child, 60, async () => (await fetch(`${url}/api/health`)).ok);
  return { url, child, residentMiB: () => residentMiBOfGroup(child.pid) };
}

/** Linux only: every process of the group, children of children included. */
function residentMiBOfGroup(group: number): number {
  let kib = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) continue;
      kib += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return kib / 1024;
}
