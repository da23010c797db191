import { creditEntries, creditedPerson, creditedReleases, creditTotals, PageInput } from '@tsudoi/hub';
import { GroupId, PersonId } from '@tsudoi/schema';
import { z } from 'zod';
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
  totals: procedure(
    'public.read',
    get('/credits', '人ごとのクレジットの合計', 'Totals of credit by person, of the hub or of one group'),
  )
    .input(z.strictObject({ groupId: GroupId.optional() }).prefault({}))
    .query(({ input }) => creditTotals(hub(), input)),
  person: procedure('public.read', get('/people/{personId}', '参加者一人の名前', 'The name of one person'))
    .input(z.strictObject({ personId: PersonId }))
    .query(({ input }) => creditedPerson(hub(), input.personId)),
  releasesOf: procedure(
    'public.read',
    get(
      '/people/{personId}/releases',
      'その人の仕事が入ったリリース',
      'Releases whose CREDITS name a person',
    ),
  )
    .input(z.strictObject({ personId: PersonId }))
    .query(({ input }) => creditedReleases(hub(), input.personId)),
  state: commandProcedure('credit.state', inside('クレジットを記載する', 'State credit for a person')),
  reverse: commandProcedure('credit.reverse', inside('クレジットを取り消す', 'Reverse a credit entry')),
});
