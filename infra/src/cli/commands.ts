import { backup } from './backup.ts';
import { demo } from './demo.ts';
import { demoKill } from './demo-kill.ts';
import { down } from './down.ts';
import { events } from './events.ts';
import { logs } from './logs.ts';
import { operations } from './operations.ts';
import { projections } from './projections.ts';
import { reset } from './reset.ts';
import { restore } from './restore.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { trace } from './trace.ts';
import { up } from './up.ts';
import { verify } from './verify-log.ts';

export const commands = [
  demo,
  up,
  down,
  status,
  test,
  reset,
  logs,
  trace,
  events,
  verify,
  projections,
  operations,
  backup,
  restore,
  demoKill,
];
