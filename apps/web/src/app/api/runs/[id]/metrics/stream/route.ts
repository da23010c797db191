import { metricsSubject, RunId } from '@tsudoi/schema';
import { answering } from '../../../../../../server/handle.ts';
import { eventStreamResponse } from '../../../../../../server/live/event-stream.ts';
import { subjectEvents } from '../../../../../../server/live/subject-events.ts';

/** New metric points of one run while it trains; the past comes from `runs.metrics`. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answering(request, async () => {
    const runId = RunId.parse((await params).id);
    return eventStreamResponse(request, (signal) => subjectEvents(metricsSubject(runId), 'metrics', signal));
  });
}
