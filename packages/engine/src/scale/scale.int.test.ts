import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentId } from '../corpus/document.ts';
import { writeJsonlGz } from '../corpus/jsonl.ts';
import { dedupShards } from './dedup.ts';
import { estimateTask } from './estimate.ts';
import { kubernetesJob } from './kubernetes.ts';
import { planTask, readPlan } from './plan.ts';
import { finishPlan, runRank, unitFolder } from './run-rank.ts';
import { slurmScript } from './slurm.ts';
import { runOnThreads } from './threads.ts';

const settings = { ngram: 5, buckets: 20, rows: 10, seed: 1 };
let root: string;
let inputs: string[];

/** Six files; file i shares a third of its documents with file i + 1. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tsudoi-scale-'));
  const text = (i: number) =>
    Array.from({ length: 80 }, (_, k) => String.fromCharCode(0x4e00 + ((i * 7919 + k * k * 31) % 5000))).join(
      '',
    );
  inputs = [];
  for (let file = 0; file < 6; file++) {
    const path = join(root, `in-${file}.jsonl.gz`);
    const writer = writeJsonlGz(path);
    for (let i = 0; i < 60; i++) {
      const body = text(file * 40 + i);
      await writer.write({
        text: body,
        meta: {
          ...{ id: documentId(body), sourceId: `s${file % 2}`, path: `${file}/${i}`, language: 'ja' },
          ...{ format: 'text', package: 'p', version: '1' },
        },
      });
    }
    await writer.close();
    inputs.push(path);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

/** Every output file of a plan with its bytes. */
function bytesOf(folder: string): Record<string, string> {
  const units = join(folder, 'units');
  return Object.fromEntries(
    readdirSync(units, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.\w+$/.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(units, name)).toString('base64')]),
  );
}

const sign = (folder: string, ranks: number, replan?: boolean) =>
  planTask({ folder, task: 'dedup-sign', settings, inputs, ranks, replan });

describe('a stage over ranks', () => {
  it('gives the same bytes for 1 rank and for 8, on threads or one after another', async () => {
    const [one, eight] = [join(root, 'one'), join(root, 'eight')];
    await sign(one, 1);
    await runRank({ folder: one, rank: 0 });
    await sign(eight, 8);
    const { stats } = await runOnThreads({ folder: eight, threads: 2 });
    expect(bytesOf(eight)).toEqual(bytesOf(one));
    expect((await finishPlan(one)).stats).toEqual(stats);
    expect(stats.documents).toBe(360);
  });

  it('loses and doubles nothing when a worker is killed in the middle of a shard', async () => {
    const [calm, killed] = [join(root, 'calm'), join(root, 'killed')];
    await sign(calm, 1);
    await runRank({ folder: calm, rank: 0 });
    await sign(killed, 1);
    await mkdir(join(killed, 'making'));
    // It kills itself when a second unit was begun: nobody has to be quick enough to do it from outside.
    const worker = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { watch } from 'node:fs';
       import { runRank } from ${JSON.stringify(join(import.meta.dirname, 'run-rank.ts'))};
       const begun = new Set();
       watch(${JSON.stringify(join(killed, 'making'))}).on('change', (_, name) => {
         if (begun.add(name).size === 2) process.kill(process.pid, 'SIGKILL');
       });
       await runRank({ folder: ${JSON.stringify(killed)}, rank: 0 });`,
    ]);
    expect((await once(worker, 'exit'))[1]).toBe('SIGKILL');
    expect(readdirSync(join(killed, 'units')).length).toBeGreaterThan(0);
    expect(existsSync(join(killed, 'ranks'))).toBe(false);
    await expect(finishPlan(killed)).rejects.toThrow('1 of 1 ranks are not done');
    await runRank({ folder: killed, rank: 0 });
    expect(bytesOf(killed)).toEqual(bytesOf(calm));
    await finishPlan(killed);
    expect(readdirSync(killed).sort()).toEqual(['plan.json', 'ranks', 'stats.json', 'units']);
  });

  it('does not do a unit again that is done', async () => {
    const folder = join(root, 'twice');
    await sign(folder, 1);
    await runRank({ folder, rank: 0 });
    const marked = join(unitFolder(folder, 0), 'stats.json');
    const before = readFileSync(marked, 'utf8');
    writeFileSync(marked, before.replace('"documents":60', '"documents":61'));
    expect((await runRank({ folder, rank: 0 })).documents).toBe(361);
  });

  it('refuses another number of ranks, or plans anew and keeps what is done', async () => {
    const folder = join(root, 'changed');
    await sign(folder, 4);
    await runRank({ folder, rank: 1 });
    await expect(sign(folder, 3)).rejects.toThrow(/was planned for 4 ranks, not 3: .*--replan/);
    expect((await readPlan(folder)).ranks).toBe(4);
    await sign(folder, 3, true);
    expect(readdirSync(join(folder, 'units'))).toEqual(['00001', '00005']);
    await expect(finishPlan(folder)).rejects.toThrow('3 of 3 ranks are not done, the first is 0');
    expect((await runOnThreads({ folder, threads: 2 })).stats.documents).toBe(360);
  });

  it('refuses other settings, other inputs, a changed input and a rank that does not exist, in one line', async () => {
    const folder = join(root, 'refused');
    await sign(folder, 2);
    const other = { folder, task: 'dedup-sign', ranks: 2 };
    await expect(planTask({ ...other, settings: { ...settings, seed: 2 }, inputs })).rejects.toThrow(
      'other settings',
    );
    await expect(planTask({ ...other, settings, inputs: inputs.slice(1) })).rejects.toThrow('other inputs');
    await expect(runRank({ folder, rank: 2 })).rejects.toThrow('ranks 0 to 1');
    writeFileSync(inputs[3], 'changed');
    await expect(runRank({ folder, rank: 1 })).rejects.toThrow(/in-3.jsonl.gz changed after it was planned/);
    await expect(planTask({ ...other, task: 'nothing', settings, inputs })).rejects.toThrow(
      'there is no task',
    );
  });
});

describe('deduplication as ranks', () => {
  it('gives the same documents for 1 rank and for 8, and finds what is done when it runs again', async () => {
    const execute = (folder: string) => runOnThreads({ folder, threads: 2 });
    const run = (name: string, ranks: number) =>
      dedupShards(
        { folder: join(root, name), inputs, settings, ranks, threads: 1, memory: { gigabytes: 1 } },
        execute,
      );
    const one = await run('one', 1);
    const eight = await run('eight', 8);
    expect(eight.grouping).toEqual(one.grouping);
    expect(one.grouping).toMatchObject({ total: 360, kept: 260 });
    expect(eight.stats.kept).toBe(260);
    expect(bytesOf(join(root, 'eight/apply'))).toEqual(bytesOf(join(root, 'one/apply')));
    expect(await run('one', 1)).toEqual(one);
  });
});

describe('executors', () => {
  it('write a Slurm array and a Kubernetes Indexed Job with one task a rank', async () => {
    const plan = await sign(join(root, 'cluster'), 5);
    const script = slurmScript(plan, {
      ...{
        checkout: '/data/tsudoi',
        folder: "/data/it's here",
        time: '04:00:00',
        memory: '4G',
        after: ['17'],
      },
    });
    expect(script).toContain('#SBATCH --array=0-4\n');
    expect(script).toContain('#SBATCH --dependency=afterok:17\n');
    expect(script).toContain(`-- rank '/data/it'\\''s here' --rank "$SLURM_ARRAY_TASK_ID"`);
    const job = kubernetesJob(plan, {
      ...{ name: 'sign', image: 'tsudoi', claim: 'corpus', mount: '/data', folder: "/data/it's here" },
      ...{ parallelism: 3, memory: '4Gi' },
    });
    expect(job).toMatchObject({
      kind: 'Job',
      spec: { completionMode: 'Indexed', completions: 5, parallelism: 3 },
    });
    expect(JSON.stringify(job)).toContain(
      JSON.stringify(`-- rank '/data/it'\\''s here' --rank`).slice(1, -1),
    );
  });

  it('estimate core-hours and cost from a rate measured on the spot', async () => {
    const estimate = await estimateTask('dedup-sign', settings, inputs, 0.02);
    expect(estimate.megabytesPerSecond).toBeGreaterThan(0);
    expect(estimate.coreHoursPerTerabyte).toBeCloseTo(1e6 / 3600 / estimate.megabytesPerSecond, 6);
    expect(estimate.costPerTerabyte).toBeCloseTo(0.02 * estimate.coreHoursPerTerabyte, 9);
    const bytes = 360 * 240;
    expect(Math.abs(estimate.totalBytes - bytes) / bytes).toBeLessThan(0.5); // the ratio of compression is the sample's
  });
});
