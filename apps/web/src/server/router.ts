import { annotationsRouter } from './routers/annotations.ts';
import { artifactsRouter } from './routers/artifacts.ts';
import { corporaRouter } from './routers/corpora.ts';
import { creditsRouter } from './routers/credits.ts';
import { groupsRouter } from './routers/groups.ts';
import { hubRouter } from './routers/hub.ts';
import { jobsRouter } from './routers/jobs.ts';
import { peopleRouter } from './routers/people.ts';
import { releasesRouter } from './routers/releases.ts';
import { runsRouter } from './routers/runs.ts';
import { sessionRouter } from './routers/session.ts';
import { sourcesRouter } from './routers/sources.ts';
import { streamsRouter } from './routers/streams.ts';
import { workerRouter } from './routers/worker.ts';
import { createCallerFactory, router } from './trpc.ts';

export const appRouter = router({
  session: sessionRouter,
  people: peopleRouter,
  groups: groupsRouter,
  sources: sourcesRouter,
  annotations: annotationsRouter,
  runs: runsRouter,
  jobs: jobsRouter,
  artifacts: artifactsRouter,
  corpora: corporaRouter,
  releases: releasesRouter,
  credits: creditsRouter,
  streams: streamsRouter,
  worker: workerRouter,
  hub: hubRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
