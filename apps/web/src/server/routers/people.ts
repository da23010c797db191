import { personas, profileOf, tokens } from '@tsudoi/hub';
import { personasAllowed } from '../auth/personas.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

export const peopleRouter = router({
  /** The people one may sign in as without a password; empty unless the hub listens on this machine alone. */
  personas: procedure('public.read').query(async ({ ctx }) =>
    personasAllowed(ctx.host) ? personas(hub()) : [],
  ),
  tokens: procedure('person.self').query(({ ctx }) => tokens(hub(), personOf(ctx))),
  /** One's own name and address; nobody else is shown the address. */
  profile: procedure('person.self').query(({ ctx }) => profileOf(hub(), personOf(ctx))),
  changeProfile: commandProcedure('person.changeProfile'),
  agree: commandProcedure('person.agree'),
  leave: commandProcedure('person.leave'),
  erase: commandProcedure('person.erase'),
  grantRole: commandProcedure('person.grantRole'),
  revokeRole: commandProcedure('person.revokeRole'),
  issueToken: commandProcedure('person.issueToken'),
  revokeToken: commandProcedure('person.revokeToken'),
});
