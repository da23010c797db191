import { activityFeed } from './activity.ts';
import { artifacts } from './artifacts.ts';
import { jobs } from './jobs.ts';
import { people } from './people.ts';
import type { Projection } from './projection.ts';
import { runs } from './runs.ts';
import { sources } from './sources.ts';

/** Every asynchronous read model of the hub. They know nothing of each other and advance on their own. */
export const allProjections: readonly Projection[] = [people, sources, jobs, runs, artifacts, activityFeed];
