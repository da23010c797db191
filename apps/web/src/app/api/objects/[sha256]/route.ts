import { answering } from '../../../../server/handle.ts';
import { objectStore } from '../../../../server/hub.ts';

/** Signed addresses of the filesystem store: the signature is the permission, so no cookie is looked at. */
function serve(request: Request): Promise<Response> {
  return answering(request, () => objectStore().serve(request));
}

export { serve as GET, serve as HEAD, serve as PUT };
