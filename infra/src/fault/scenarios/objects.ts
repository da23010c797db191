import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createObjectStore, execute, type Hub, type ObjectStore } from '@tsudoi/hub';
import { claim, draftedJob, newNode, newPerson } from '@tsudoi/hub/testing';
import { Rejection } from '@tsudoi/schema';
import { checkoutRoot } from '../../paths.ts';
import { baseEnvironment, startChild } from '../../servers/child.ts';
import { findMinio, type MinioServer, startMinio } from '../../servers/minio.ts';
import { freePort } from '../../servers/ports.ts';
import type { Fault } from '../fault.ts';
import { kill, type Stage, until } from '../stage.ts';

const uploadBytes = 64 * 1024 * 1024;
const secret = 'x'.repeat(32);

const workerKilled: Fault = {
  name: 'upload-killed',
  fault: 'a worker is killed (-9) in the middle of an upload, and another one does the job',
  invariant:
    'nothing of the half upload can be seen or stays on disk; the job goes back when the lease is over, the other worker completes it, the first is refused by its epoch',
  async run(stage) {
    const hub = stage.hub({ leaseSeconds: 2 });
    const patient = stage.hub();
    stage.startRoles('reaper');
    const store = filesystemStore(stage, hub);
    const [first, second] = [await newNode(hub), await newNode(hub)];
    const jobId = await draftedJob(hub);
    const lease = await claim(hub, first, jobId);
    const body = randomBytes(uploadBytes);
    const file = { path: join(stage.dir, 'output.gz'), sha256: sha256Of(body), size: body.length };
    writeFileSync(file.path, body);
    const gate = await serving(store);
    try {
      const address = async () =>
        new URL((await store.presignPut(file.sha256, file.size, 'application/gzip', 60)).url, gate.url).href;
      gate.holdAfter(8 * 1024 * 1024);
      const victim = uploader(stage, await address(), file.path);
      await until('half the bytes have arrived', 20, async () => gate.received() >= 8 * 1024 * 1024);
      await kill(victim);
      const arrived = gate.received();
      gate.release();
      await until('the connection is gone', 10, async () => gate.open() === 0);
      await until('nothing of it is left on disk', 10, async () => {
        return filesBelow(join(stage.dir, 'objects')).length === 0;
      });
      if (await store.has(file.sha256))
        return { problem: 'the half upload is registered', seen: 'after the kill' };
      await until('the job is queued again', 15, async () => {
        const [row] = await hub.sql`select state from job_queue where job_id = ${jobId}`;
        return row.state === 'queued';
      });
      const next = await claim(patient, second, jobId);
      const ended = await uploader(stage, await address(), file.path).ended;
      if (ended !== 'exit code 0') return { problem: `the second upload: ${ended}`, seen: 'nothing held it' };
      const completing = (node: typeof first, epoch: number) => complete(hub, node, { jobId, epoch }, file);
      const late = await codeOf(completing(first, lease!.epoch));
      const done = await codeOf(completing(second, next!.epoch));
      const seen = `killed after ${arrived} of ${file.size} bytes; the first: ${late}; the second: ${done}`;
      return { problem: late === 'lease.stale-epoch' && done === 'accepted' ? null : seen, seen };
    } finally {
      await gate.close();
    }
  },
};

const wrongBytes: Fault = {
  name: 'upload-damaged',
  fault: 'bytes are lost or turned on their way into the object store',
  invariant:
    'the hash is checked before anything is registered: the upload is refused, the job cannot be completed with it, and the right bytes are taken afterwards',
  async run(stage) {
    const hub = stage.hub();
    const minio = await minioOf(stage);
    const stores = [filesystemStore(stage, hub), ...(minio ? [s3Store(minio, hub)] : [])];
    const seen: string[] = [];
    try {
      for (const store of stores) {
        const problem = await refusesWrongBytes(hub, store, seen);
        if (problem) return { problem: `${store.kind}: ${problem}`, seen: seen.join('; ') };
      }
      if (!minio) seen.push(noMinio);
      return { problem: null, seen: seen.join('; ') };
    } finally {
      if (minio) await kill(minio.child);
    }
  },
};

async function refusesWrongBytes(hub: Hub, store: ObjectStore, seen: string[]): Promise<string | null> {
  const body = randomBytes(200_000);
  const file = { sha256: sha256Of(body), size: body.length };
  const turned = Buffer.from(body);
  turned[100_000] ^= 1;
  const node = await newNode(hub);
  const jobId = await draftedJob(hub);
  const { epoch } = (await claim(hub, node, jobId))!;
  const gate = await serving(store);
  try {
    for (const [how, bytes] of [
      ['cut off', body.subarray(0, 150_000)],
      ['one bit turned', turned],
      ['right', body],
    ] as const) {
      const grant = await store.presignPut(file.sha256, file.size, 'application/gzip', 60);
      const response = await fetch(new URL(grant.url, gate.url), {
        method: 'PUT',
        headers: grant.headers,
        body: bytes,
      });
      await response.text();
      const confirmed = await codeOf(store.confirm(file.sha256, file.size));
      const completed = await codeOf(complete(hub, node, { jobId, epoch }, file));
      seen.push(`${store.kind}, ${how}: confirm ${confirmed}, complete ${completed}`);
      if (how === 'right') return confirmed === 'accepted' && completed === 'accepted' ? null : seen.at(-1)!;
      if (confirmed === 'accepted' || completed !== 'object.missing' || (await store.has(file.sha256)))
        return `${how} was taken`;
    }
    return null;
  } finally {
    await gate.close();
  }
}

const storeAway: Fault = {
  name: 'objects-away',
  fault: 'the object store (S3) is killed and comes back',
  invariant:
    'what needs it fails within seconds and says so, commands and claims go on, nothing is registered without its bytes, and the same calls pass when it is back',
  async run(stage) {
    const minio = await minioOf(stage);
    if (!minio) return { problem: noMinio, seen: 'not run' };
    const hub = stage.hub();
    const store = s3Store(minio, hub);
    const body = randomBytes(100_000);
    const file = { sha256: sha256Of(body), size: body.length };
    const put = () => store.put(file.sha256, file.size, 'application/gzip', Readable.from([body]));
    await store.put(sha256Of(Buffer.from('there')), 5, 'text/plain', Readable.from([Buffer.from('there')]));
    await kill(minio.child);
    const started = performance.now();
    const failed = await Promise.all([
      codeOf(put()),
      codeOf(store.confirm(file.sha256, file.size)),
      codeOf(store.get(sha256Of(Buffer.from('there')))),
    ]);
    const seconds = (performance.now() - started) / 1000;
    const node = await newNode(hub);
    await newPerson(hub);
    const lease = await claim(hub, node, await draftedJob(hub));
    const registered = await store.has(file.sha256);
    const back = await startMinio(minio.settings);
    try {
      const again = s3Store(back, hub);
      await again.put(file.sha256, file.size, 'application/gzip', Readable.from([body]));
      const same = (await buffer(await again.get(file.sha256))).equals(body);
      const seen = `put, confirm and get failed in ${seconds.toFixed(1)} s (${failed.join(', ')}); a job was claimed meanwhile: ${lease !== null}; afterwards the bytes are ${same ? 'the same' : 'others'}`;
      const holds = !failed.includes('accepted') && seconds < 30 && lease !== null && !registered && same;
      return { problem: holds ? null : seen, seen };
    } finally {
      await kill(back.child);
    }
  },
};

export const objectFaults: readonly Fault[] = [workerKilled, wrongBytes, storeAway];

const noMinio =
  'S3 was not tried: there is no MinIO here ("./tsudoi test" builds it where there is a Go toolchain)';
type Minio = MinioServer & { settings: Parameters<typeof startMinio>[0] };

async function minioOf(stage: Stage): Promise<Minio | null> {
  const binary = findMinio();
  if (!binary) return null;
  const settings = { binary, dir: stage.dir, logFile: join(stage.dir, 'minio.log'), port: await freePort() };
  return { ...(await startMinio(settings)), settings };
}

const unused = { S3_BUCKET: 'tsudoi', HUB_SECRET: secret };

function filesystemStore(stage: Stage, hub: Hub): ObjectStore {
  const settings = { ...unused, OBJECT_STORE: 'filesystem' as const, OBJECT_DIR: join(stage.dir, 'objects') };
  return createObjectStore(settings, hub.sql);
}

function s3Store({ endpoint, accessKey, secretKey }: MinioServer, hub: Hub): ObjectStore {
  const where = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey };
  return createObjectStore({ ...unused, ...where, OBJECT_STORE: 's3' as const }, hub.sql);
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** "accepted", the code of a refusal, or the first line of what went wrong. */
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof Rejection) return error.code;
      return error instanceof Error && 'code' in error ? String(error.code) : String(error).split('\n')[0];
    },
  );

function complete(
  hub: Hub,
  actor: Awaited<ReturnType<typeof newNode>>,
  held: { jobId: string; epoch: number },
  { sha256, size }: { sha256: string; size: number },
): Promise<unknown> {
  const output = {
    ...{ kind: 'documents' as const, title: 'documents', stats: { documents: 1, bytes: size } },
    files: [{ path: 'data/part-0.jsonl.gz', sha256, size, mediaType: 'application/gzip' }],
  };
  const data = { ...held, codeCommit: 'fault', outputs: [output] };
  return execute(hub, { type: 'job.complete', data }, { actor, commandId: crypto.randomUUID() });
}

function uploader(stage: Stage, url: string, path: string) {
  return startChild({
    name: 'uploader',
    command: process.execPath,
    args: [join(checkoutRoot, 'infra/src/fault/scenarios/slow-upload.ts'), url, path],
    env: baseEnvironment(),
    cwd: checkoutRoot,
    logFile: join(stage.dir, 'uploader.log'),
  });
}

interface Gate {
  url: string;
  received(): number;
  open(): number;
  /** Takes no more than so many bytes of the next requests until `release`. */
  holdAfter(bytes: number): void;
  release(): void;
  close(): Promise<void>;
}

/** The store's own addresses over HTTP, with a gate in the stream of what is uploaded. */
async function serving(store: ObjectStore): Promise<Gate> {
  let [received, open, limit] = [0, 0, Number.POSITIVE_INFINITY];
  let waiting: (() => void) | null = null;
  const server: Server = createServer((request, response) => {
    open++;
    response.once('close', () => open--);
    const gate = new Transform({
      transform(chunk: Buffer, _, done) {
        received += chunk.length;
        if (received < limit) return done(null, chunk);
        waiting = () => done(null, chunk);
      },
    });
    request.once('aborted', () => gate.destroy(new Error('the client is gone')));
    const body = Readable.toWeb(request.pipe(gate)) as ReadableStream<Uint8Array>;
    const init: RequestInit & { duplex: 'half' } = {
      ...{ method: request.method, duplex: 'half' as const },
      headers: request.headers as Record<string, string>,
      body,
    };
    store
      .serve(new Request(new URL(request.url!, 'http://127.0.0.1'), init))
      .then(async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())))
      .catch((error: Error) => response.writeHead(422).end(error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    received: () => received,
    open: () => open,
    holdAfter(bytes) {
      limit = bytes;
    },
    release() {
      limit = Number.POSITIVE_INFINITY;
      waiting?.();
      waiting = null;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
