import { activityFeed } from './activity.ts';
import { annotations } from './annotations.ts';
import { artifacts } from './artifacts.ts';
import { credits } from './credits.ts';
import { jobs } from './jobs.ts';
import { people } from './people.ts';
import type { Projection } from './projection.ts';
import { releases } from './releases.ts';
import { runs } from './runs.ts';
import { sources } from './sources.ts';
import { streams } from './streams.ts';

/** Every asynchronous read model of the hub. They know nothing of each other and advance on their own. */
export const allProjections: readonly Projection[] = [
  people,
  sources,
  annotations,
  jobs,
  runs,
  artifacts,
  releases,
  credits,
  streams,
  activityFeed,
];
