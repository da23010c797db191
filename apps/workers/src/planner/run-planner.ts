import { execute, type Hub, listenPositions, readLog } from '@tsudoi/hub';
import { Rejection, type RejectionCode } from '@tsudoi/schema';
import { describeError, type Log } from '../roles/log.ts';
import { saveReactorPosition } from '../roles/reactor-position.ts';
import { Wake } from '../roles/wake.ts';
import type { FilterPresets } from './drafts.ts';
import { type PlannedCommand, plan } from './plan.ts';
import { emptyPlannerState, evolve, type PlannerState } from './state.ts';

const BATCH = 500;
const POLL = 5000;
/** Refusals that say nothing about the command: the role starts again and asks once more. */
const passing = new Set<RejectionCode>(['stream.conflict', 'hub.busy']);

/** Folds the log, and after each stretch of it sends what has become due. */
export async function runPlanner(
  hub: Hub,
  presets: FilterPresets,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const wake = new Wake();
  const stopListening = await listenPositions(hub.sql, () => wake.ring());
  const state = emptyPlannerState();
  /** Refused commands with the reason: not sent again until the planner starts anew, because nothing would change. */
  const refused = new Map<string, string>();
  try {
    while (!signal.aborted) {
      const moved = await readOn(hub, state, signal);
      if (moved) {
        await sendDue(hub, state, presets, refused, log);
        await saveReactorPosition(hub.sql, 'planner', state.position, [...refused.values()].at(-1) ?? null);
      } else await wake.wait(POLL, signal);
    }
  } finally {
    await stopListening();
  }
}

/** Folds everything up to the head of the log; answers whether there was anything. */
async function readOn(hub: Hub, state: PlannerState, signal: AbortSignal): Promise<boolean> {
  const from = state.position;
  while (!signal.aborted) {
    const events = await readLog(hub.sql, state.position, BATCH);
    for (const recorded of events) evolve(state, recorded);
    if (events.length < BATCH) break;
  }
  return state.position > from;
}

async function sendDue(
  hub: Hub,
  state: PlannerState,
  presets: FilterPresets,
  refused: Map<string, string>,
  log: Log,
): Promise<void> {
  for (const planned of plan(state, presets)) {
    if (refused.has(planned.commandId)) continue;
    const { command, cause } = planned;
    try {
      await send(hub, planned);
      log.info('sent', { command: command.type, cause: cause.position });
    } catch (error) {
      if (!(error instanceof Rejection) || passing.has(error.code)) throw error;
      refused.set(planned.commandId, `${command.type}: ${error.message}`);
      log.warn('refused', { command: command.type, cause: cause.position, error: describeError(error) });
    }
  }
}

async function send(hub: Hub, { command, commandId, cause }: PlannedCommand): Promise<void> {
  await execute(hub, command, {
    actor: { kind: 'system', name: 'planner' },
    commandId,
    correlationId: cause.correlationId,
    causationPosition: cause.position,
    traceparent: cause.traceparent,
  });
}
