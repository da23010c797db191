import { personas, tokens } from '@tsudoi/hub';
import { personasAllowed } from '../auth/personas.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

export const peopleRouter = router({
  /** The people one may sign in as without a password; empty unless the hub listens on this machine alone. */
  personas: procedure('public.read').query(async ({ ctx }) =>
    personasAllowed(ctx.host) ? personas(hub()) : [],
  ),
  tokens: procedure('person.self').query(({ ctx }) => tokens(hub(), personOf(ctx))),
  issueToken: commandProcedure('person.issueToken'),
  revokeToken: commandProcedure('person.revokeToken'),
});
