import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Needs, translateRejection, type WorkerEnv } from '@tsudoi/schema';

const MIB = 1024 * 1024;

/** Something the donor has to put right; its message is one plain line. */
export class PreflightFailed extends Error {
  override readonly name = 'PreflightFailed';
}

/** Looks at what a job will need before any job is claimed, and answers what this node can offer. */
export async function preflight(env: WorkerEnv): Promise<Needs> {
  const freeMiB = await usableDir(env.WORKER_DIR);
  if (!hasCompiler())
    throw new PreflightFailed(translateRejection({ code: 'compiler.missing', params: {} }, 'en'));
  return {
    threads: Math.min(env.WORKER_THREADS ?? availableParallelism(), 1024),
    memoryMiB: Math.max(64, env.WORKER_MEMORY_MIB ?? Math.floor(totalmem() / MIB)),
    diskMiB: Math.max(16, freeMiB),
  };
}

async function usableDir(dir: string): Promise<number> {
  try {
    await mkdir(dir, { recursive: true });
    const probe = join(dir, `.probe-${randomUUID()}`);
    await writeFile(probe, '');
    await rm(probe);
    const { bavail, bsize } = await statfs(dir);
    return Math.floor((bavail * bsize) / MIB);
  } catch (error) {
    throw new PreflightFailed(`Cannot write to WORKER_DIR (${dir}): ${error}. Choose a folder of yours.`);
  }
}

function hasCompiler(): boolean {
  return ['cc', 'gcc', 'clang'].some(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}
