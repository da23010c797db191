import { creditEntries, PageInput } from '@tsudoi/hub';
import { PersonId } from '@tsudoi/schema';
import { get, inside } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

export const creditsRouter = router({
  ofPerson: procedure(
    'public.read',
    get('/people/{personId}/credits', '一人のクレジット', 'Credit entries of a person'),
  )
    .input(PageInput.extend({ personId: PersonId }))
    .query(({ input }) => creditEntries(hub(), input)),
  state: commandProcedure('credit.state', inside('クレジットを記載する', 'State credit for a person')),
  reverse: commandProcedure('credit.reverse', inside('クレジットを取り消す', 'Reverse a credit entry')),
});
