import { artifactsRouter } from './routers/artifacts.ts';
import { groupsRouter } from './routers/groups.ts';
import { hubRouter } from './routers/hub.ts';
import { jobsRouter } from './routers/jobs.ts';
import { peopleRouter } from './routers/people.ts';
import { runsRouter } from './routers/runs.ts';
import { sessionRouter } from './routers/session.ts';
import { sourcesRouter } from './routers/sources.ts';
import { workerRouter } from './routers/worker.ts';
import { createCallerFactory, router } from './trpc.ts';

export const appRouter = router({
  session: sessionRouter,
  people: peopleRouter,
  groups: groupsRouter,
  sources: sourcesRouter,
  runs: runsRouter,
  jobs: jobsRouter,
  artifacts: artifactsRouter,
  worker: workerRouter,
  hub: hubRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
