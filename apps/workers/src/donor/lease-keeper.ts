import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { type JobNote, type Lease, type MetricPoint, Rejection } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import type { HubClient } from './hub-client.ts';

const TICK = 1000;
/** News of progress goes out this often, so that a page that is watched moves. */
const NEWS_EVERY = 3000;
const MAX_POINTS = 2000;

/** The hub gave the job to somebody else, or the token no longer counts: the work is dropped. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Keeps one lease alive while its job runs, and carries the stage's progress and metric points to the hub. */
export class LeaseKeeper {
  private readonly hub: HubClient;
  private readonly lease: Lease;
  private readonly log: Log;
  private readonly lost = new AbortController();
  private readonly points: MetricPoint[] = [];
  private readonly timer: NodeJS.Timeout;
  private state: { progress: number; note: JobNote | null } = { progress: 0, note: null };
  private news = false;
  private beatAt = performance.now();
  private busy: Promise<void> | null = null;

  constructor(hub: HubClient, lease: Lease, log: Log) {
    this.hub = hub;
    this.lease = lease;
    this.log = log;
    // Outside of the job's trace: hundreds of heartbeats would bury what happened.
    this.timer = context.with(ROOT_CONTEXT, () => setInterval(() => void this.tick(), TICK));
  }

  /** Aborted with a LeaseLost as its reason once the hub says that the lease is over. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** The newest note, sent or not. */
  get note(): JobNote | null {
    return this.state.note;
  }

  progress(fraction: number, note: JobNote): void {
    this.state = { progress: Math.min(1, Math.max(0, fraction)), note };
    this.news = true;
  }

  metrics(points: MetricPoint[]): void {
    this.points.push(...points);
  }

  /** Stops the beats and sends the points that are left, and the note that is to stay with the job. */
  async stop(last: JobNote | null = null): Promise<void> {
    clearInterval(this.timer);
    await this.busy;
    if (last && !this.signal.aborted) {
      this.progress(1, last);
      await this.beat();
    }
    while (this.points.length > 0 && !this.signal.aborted) if (!(await this.sendPoints())) break;
  }

  private tick(): Promise<void> {
    this.busy ??= this.work().finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  private async work(): Promise<void> {
    if (this.points.length > 0) await this.sendPoints();
    const quiet = performance.now() - this.beatAt;
    const due = this.news ? NEWS_EVERY : this.lease.heartbeatSeconds * 1000;
    if (quiet < Math.min(due, this.lease.heartbeatSeconds * 1000)) return;
    await this.beat();
  }

  private async beat(): Promise<void> {
    this.news = false;
    const { jobId, epoch } = this.lease;
    if (await this.ask(() => this.hub.heartbeat({ jobId, epoch, ...this.state }))) {
      this.beatAt = performance.now();
    }
  }

  private async sendPoints(): Promise<boolean> {
    const { jobId, epoch, runId } = this.lease;
    const points = this.points.slice(0, MAX_POINTS);
    const sent =
      runId === null || (await this.ask(() => this.hub.logMetrics({ jobId, epoch, runId, points })));
    if (sent) this.points.splice(0, points.length);
    return sent;
  }

  /** A call that may fail for now, but not because the lease is over. */
  private async ask(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (error instanceof Rejection && endsLease(error)) this.lost.abort(new LeaseLost(error.message));
      else this.log.warn('the hub did not take a heartbeat', { error: describeError(error) });
      return false;
    }
  }
}

export function endsLease(rejection: Rejection): boolean {
  return rejection.code.startsWith('lease.') || rejection.code.startsWith('auth.');
}
