import { uploadFile } from '../../../../apps/workers/src/donor/upload.ts';

/**
 * A worker that uploads one file, as a process of its own so that it can be killed in the middle. Arguments: the signed
 * address, the path.
 */
const [url, path] = process.argv.slice(2);
const hub: Parameters<typeof uploadFile>[0] = {
  grantUpload: async () => ({ url, headers: { 'content-type': 'application/gzip' } }),
  confirmUpload: async () => undefined as never,
};
await uploadFile(hub, url, { jobId: '', epoch: 0 }, { path, mediaType: 'application/gzip' });
