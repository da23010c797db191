import { opennessOf, PageInput, peoplePage, personas, profileOf, SearchText, tokens } from '@tsudoi/hub';
import { personasAllowed } from '../auth/personas.ts';
import { inside } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

export const peopleRouter = router({
  /** The people one may sign in as without a password; empty unless the hub listens on this machine alone. */
  personas: procedure(
    'public.read',
    inside('パスワードなしで選べるローカルの人物', 'The local personas one may sign in as'),
  ).query(async ({ ctx }) => (personasAllowed(ctx.host) ? personas(hub()) : [])),
  /** For people who take part, not for programs: a list of everybody's names is nothing to be collected. */
  list: procedure('person.self', inside('参加者の一覧', 'Who is here, newest first'), 'any')
    .input(PageInput.extend({ text: SearchText.optional() }).prefault({}))
    .query(({ input }) => peoplePage(hub(), input)),
  tokens: procedure('person.self', inside('自分のトークンの一覧', "One's own tokens"), 'any').query(
    ({ ctx }) => tokens(hub(), personOf(ctx)),
  ),
  /** One's own name and address; nobody else is shown the address. */
  profile: procedure(
    'person.self',
    inside('自分の名前とメールアドレス', "One's own name and address"),
    'any',
  ).query(({ ctx }) => profileOf(hub(), personOf(ctx))),
  /** The version of the text on openness one has agreed to last. */
  openness: procedure(
    'person.self',
    inside('同意した公開の方針の版', 'Which text on openness one agreed to'),
    'any',
  ).query(({ ctx }) => opennessOf(hub(), personOf(ctx))),
  changeProfile: commandProcedure(
    'person.changeProfile',
    inside('自分の名前とメールアドレスを変える', "Change one's own name and address"),
  ),
  chooseCredit: commandProcedure(
    'person.chooseCredit',
    inside('クレジットに名前を出すかを選ぶ', "Choose whether credits say one's name"),
  ),
  agree: commandProcedure('person.agree', inside('公開の方針に同意する', 'Agree to a text on openness')),
  leave: commandProcedure('person.leave', inside('ハブを退会する', 'Leave the hub')),
  erase: commandProcedure(
    'person.erase',
    inside('個人データを消去する', 'Erase the personal data of a person'),
  ),
  grantRole: commandProcedure('person.grantRole', inside('役割を与える', 'Grant a role')),
  revokeRole: commandProcedure('person.revokeRole', inside('役割を外す', 'Revoke a role')),
  issueToken: commandProcedure('person.issueToken', inside('トークンを発行する', 'Issue a token')),
  revokeToken: commandProcedure('person.revokeToken', inside('トークンを失効させる', 'Revoke a token')),
});
