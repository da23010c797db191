import { PlanError } from './plan-error.ts';
import type { Task } from './task.ts';

/** Each task is loaded when a plan names it. */
const tasks: Record<string, () => Promise<Task>> = {
  filter: async () => (await import('./tasks/filter.ts')).filter as Task,
  'dedup-sign': async () => (await import('./tasks/dedup-sign.ts')).dedupSign as Task,
  'dedup-apply': async () => (await import('./tasks/dedup-apply.ts')).dedupApply as Task,
  ingest: async () => (await import('./tasks/ingest.ts')).ingest as Task,
  paragraphs: async () => (await import('./tasks/paragraphs.ts')).paragraphs as Task,
  decontaminate: async () => (await import('./tasks/decontaminate.ts')).decontaminate as Task,
  tokenize: async () => (await import('./tasks/tokenize.ts')).tokenize as Task,
};

export async function taskOf(name: string): Promise<Task> {
  const load = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!load) throw new PlanError(`there is no task "${name}"; there are ${Object.keys(tasks).join(', ')}`);
  return load();
}
