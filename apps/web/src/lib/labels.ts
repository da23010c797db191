import type { JobState, RunState, SourceState } from '@tsudoi/schema';
import type { Tone } from '../ui/badge.tsx';

/** The tone each state is shown in; the word beside it comes from the messages. */
export const sourceTone: Record<SourceState, Tone> = {
  'under-review': 'wait',
  'changes-wanted': 'wait',
  accepted: 'good',
  ingested: 'good',
  'in-corpus': 'good',
  rejected: 'bad',
  withdrawn: 'plain',
};

export const jobTone: Record<JobState, Tone> = {
  'awaiting-start': 'wait',
  queued: 'plain',
  leased: 'run',
  'awaiting-end': 'wait',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
};

export const runTone: Record<RunState, Tone> = {
  registered: 'plain',
  running: 'run',
  completed: 'good',
  failed: 'bad',
  abandoned: 'plain',
};

/** Bytes as people read them: 1,536 -> 1.5 KiB. */
export function bytes(size: number, locale: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits })} ${units[unit]}`;
}

/** A number at the precision its size deserves. */
export function measure(value: number, locale: string): string {
  const size = Math.abs(value);
  const digits = size === 0 || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 3 : 5;
  if (size !== 0 && size < 0.0001) return value.toExponential(2);
  return value.toLocaleString(locale, { maximumFractionDigits: digits });
}

/** Milliseconds as people read them. */
export function duration(ms: number, locale: string): string {
  if (ms < 1000) return `${ms.toLocaleString(locale, { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toLocaleString(locale, { maximumFractionDigits: 1 })} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** The beginning of an opaque id, enough to tell two apart. */
export function short(id: string): string {
  return id.startsWith('art_') ? id.slice(0, 12) : id.slice(0, 8);
}
