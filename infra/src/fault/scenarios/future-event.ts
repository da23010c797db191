import { z } from 'zod';
import { event } from '../../../../packages/schema/src/events/define.ts';
import { groupEvents } from '../../../../packages/schema/src/events/group.ts';

/** Preloaded into a process, this makes it one of a later release, which knows one more event. */
const known: object[] = groupEvents as unknown as object[];
known.push(event('group', 'GroupTeleported', 1, { to: z.string() }));
