import type { Fault } from './fault.ts';
import { hubFaults } from './hub-faults.ts';
import { kills } from './kills.ts';
import { publication } from './publication.ts';
import { backupFaults } from './scenarios/backup.ts';
import { objectFaults } from './scenarios/objects.ts';

/** The faults that concern log, publication, projections and leases. */
export const faults: readonly Fault[] = [
  ...kills,
  ...publication,
  ...hubFaults,
  ...backupFaults,
  ...objectFaults,
];
