import { annotationExport, annotationSetDetail } from '@tsudoi/hub';
import { AnnotationSetId, Rejection } from '@tsudoi/schema';
import { answering, permitted } from '../../../../../server/handle.ts';
import { hub } from '../../../../../server/hub.ts';

interface Props {
  params: Promise<{ id: string }>;
}

/** A whole annotation set as lines of JSON, streamed: nothing that is not in the public log already. */
export function GET(request: Request, { params }: Props): Promise<Response> {
  return answering(request, async () => {
    await permitted(request, 'public.read');
    const { id } = await params;
    const setId = AnnotationSetId.safeParse(id).data;
    if (!setId) throw new Rejection('annotation-set.unknown', { setId: id.slice(0, 80) });
    await annotationSetDetail(hub(), null, setId);
    const lines = annotationExport(hub(), setId);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: () => void lines.return(undefined),
    });
    return new Response(body, {
      headers: {
        'content-type': 'application/jsonl; charset=utf-8',
        'content-disposition': `attachment; filename="annotations-${setId}.jsonl"`,
      },
    });
  });
}
