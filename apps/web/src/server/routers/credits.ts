import { creditEntries, PageInput } from '@tsudoi/hub';
import { PersonId } from '@tsudoi/schema';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const creditsRouter = router({
  ofPerson: procedure('public.read')
    .input(PageInput.extend({ personId: PersonId }))
    .query(({ input }) => creditEntries(hub(), input)),
  state: commandProcedure('credit.state'),
  reverse: commandProcedure('credit.reverse'),
});
