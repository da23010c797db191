import type { Fault } from './fault.ts';
import { hubFaults } from './hub-faults.ts';
import { kills } from './kills.ts';
import { publication } from './publication.ts';
import { backupFaults } from './scenarios/backup.ts';
import { connectionsCut } from './scenarios/cut-connections.ts';
import { deliveriesRepeated } from './scenarios/deliveries.ts';
import { storeFaults } from './scenarios/full-stores.ts';
import { lyingDonor } from './scenarios/lying-donor.ts';
import { newerRelease } from './scenarios/newer-release.ts';
import { objectFaults } from './scenarios/objects.ts';

/** The faults that concern log, publication, projections and leases. */
export const faults: readonly Fault[] = [
  ...kills,
  ...publication,
  ...hubFaults,
  connectionsCut,
  deliveriesRepeated,
  lyingDonor,
  newerRelease,
  ...storeFaults,
  ...backupFaults,
  ...objectFaults,
];
