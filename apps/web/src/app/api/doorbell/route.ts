import { doorbellSubjects } from '@tsudoi/schema';
import { answering, permitted } from '../../../server/handle.ts';
import { eventStreamResponse } from '../../../server/live/event-stream.ts';
import { subjectEvents } from '../../../server/live/subject-events.ts';

/** Rings when a job may be claimed. Only a hint: a worker that heard nothing asks again by itself. */
export function GET(request: Request): Promise<Response> {
  return answering(request, async () => {
    await permitted(request, 'node.work');
    return eventStreamResponse(request, (signal) => subjectEvents(doorbellSubjects, 'job', signal));
  });
}
