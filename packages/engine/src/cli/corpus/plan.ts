import { resolve } from 'node:path';
import { DedupSettings } from '@tsudoi/schema';
import { estimateTask } from '../../scale/estimate.ts';
import { kubernetesJob } from '../../scale/kubernetes.ts';
import { planTask } from '../../scale/plan.ts';
import { slurmScript } from '../../scale/slurm.ts';
import { presetRules } from './inputs.ts';
import { numberOf, parseOptions, type Subcommand, UsageError } from './subcommand.ts';

const usage = `usage: npm run -s corpus -- plan FILE… --task filter|dedup-sign --ranks N --out FOLDER [--preset NAME] [--replan]
         [--price PER-CORE-HOUR] [--slurm [--time H:M:S] [--memory 4G]] [--kubernetes --image I --claim C --mount PATH] [--json]
Measures the rate on the first 4 MB, prints core-hours and cost, writes FOLDER/plan.json, and prints a script for a cluster if asked.
Without --out nothing is written (a dry run). Then: npm run -s corpus -- rank FOLDER --rank R (or --threads N).`;

/** Plans a task over files of documents (JSONL.gz). */
export const plan: Subcommand = {
  about:
    'plans work over N ranks: core-hours and cost measured on the spot, scripts for Slurm and Kubernetes',
  usage,
  async run(args, { out, progress }) {
    const { values, positionals } = parseOptions(
      args,
      {
        task: { type: 'string' },
        ranks: { type: 'string', default: '1' },
        out: { type: 'string' },
        preset: { type: 'string', default: 'v1-normal' },
        replan: { type: 'boolean' },
        price: { type: 'string' },
        slurm: { type: 'boolean' },
        time: { type: 'string', default: '24:00:00' },
        memory: { type: 'string', default: '4G' },
        kubernetes: { type: 'boolean' },
        image: { type: 'string' },
        claim: { type: 'string' },
        mount: { type: 'string' },
        json: { type: 'boolean' },
      },
      usage,
    );
    if (positionals.length === 0 || !values.task) throw new UsageError(usage);
    const settings = settingsOf(values.task, values.preset);
    const price = values.price === undefined ? null : numberOf(values.price, '--price');
    progress(`measuring the rate of ${values.task} on the first 4 MB`);
    const estimate = await estimateTask(values.task, settings, positionals, price);
    const made = values.out
      ? await planTask({
          ...{ folder: values.out, task: values.task, settings, inputs: positionals, progress },
          ...{ ranks: numberOf(values.ranks, '--ranks'), replan: values.replan ?? false },
        })
      : null;
    const folder = values.out ? resolve(values.out) : '';
    if (values.slurm && made) {
      const { time, memory } = values;
      out(slurmScript(made, { checkout: process.cwd(), folder, time, memory }));
      return 0;
    }
    if (values.kubernetes && made) {
      const { image, claim, mount } = values;
      if (!image || !claim || !mount)
        throw new UsageError(`--kubernetes needs --image, --claim and --mount\n${usage}`);
      const job = {
        name: `tsudoi-${made.task}`,
        image,
        claim,
        mount,
        folder,
        parallelism: made.ranks,
        memory: '4Gi',
      };
      out(`${JSON.stringify(kubernetesJob(made, job), null, 1)}\n`);
      return 0;
    }
    out(
      values.json
        ? `${JSON.stringify({ estimate, planned: made !== null })}\n`
        : describe(estimate, made !== null),
    );
    return 0;
  },
};

function settingsOf(task: string, preset: string): unknown {
  if (task === 'filter') return { rules: presetRules(preset) };
  if (task !== 'dedup-sign') throw new UsageError(`--task is filter or dedup-sign, not "${task}"`);
  return DedupSettings.parse({ ngram: 5, buckets: 20, rows: 10, seed: 1 });
}

function describe(estimate: Awaited<ReturnType<typeof estimateTask>>, planned: boolean): string {
  const { task, megabytesPerSecond, totalBytes, coreHours, coreHoursPerTerabyte, costPerTerabyte } = estimate;
  const cost = costPerTerabyte === null ? '' : `, ${costPerTerabyte.toFixed(2)} per TB at that price`;
  return [
    `${task}: ${megabytesPerSecond.toFixed(1)} MB/s of text per core, measured on this machine`,
    `about ${(totalBytes / 1e6).toFixed(1)} MB of text: ${coreHours.toFixed(3)} core-hours`,
    `${coreHoursPerTerabyte.toFixed(1)} core-hours per TB${cost}`,
    planned ? 'planned' : 'dry run: nothing was written; give --out FOLDER to plan',
    '',
  ].join('\n');
}
