import type { Plan } from './plan.ts';

/** What a cluster wants to know; times as Slurm writes them, memory as in "4G". */
export interface SlurmOptions {
  readonly checkout: string;
  readonly folder: string;
  readonly partition?: string;
  readonly account?: string;
  readonly time: string;
  readonly memory: string;
  /** Job ids that must end well before this one begins. */
  readonly after?: readonly string[];
}

/** A Slurm array script: one task a rank. Submitting it again runs only what is not done. */
export function slurmScript(plan: Plan, options: SlurmOptions): string {
  const directives = [
    `--job-name=tsudoi-${plan.task}`,
    `--array=0-${plan.ranks - 1}`,
    '--ntasks=1',
    '--cpus-per-task=1',
    `--mem=${options.memory}`,
    `--time=${options.time}`,
    '--requeue',
    ...(options.partition ? [`--partition=${options.partition}`] : []),
    ...(options.account ? [`--account=${options.account}`] : []),
    ...(options.after?.length ? [`--dependency=afterok:${options.after.join(':')}`] : []),
  ];
  return [
    '#!/bin/bash',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    'set -euo pipefail',
    `cd ${shellQuote(options.checkout)}`,
    `exec npm run -s corpus -- rank ${shellQuote(options.folder)} --rank "$SLURM_ARRAY_TASK_ID"`,
    '',
  ].join('\n');
}

export const shellQuote = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
