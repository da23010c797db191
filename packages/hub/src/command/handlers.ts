import type { Command, CommandType } from '@tsudoi/schema';
import { addMember, createGroup } from '../group/handle.ts';
import { claimJob } from '../job/claim.ts';
import { completeJob } from '../job/complete.ts';
import { approveJobStart, checkpointJob, draftJob, expireLease, failJob } from '../job/handle.ts';
import { grantRole, issueToken, joinPerson, revokeRole, revokeToken } from '../person/handle.ts';
import { completeRun, failRun, registerRun, startRun } from '../run/handle.ts';
import { markSourceIngested, proposeSource, reviewSource, withdrawSource } from '../source/handle.ts';
import type { CommandContext, Handler, Outcome } from './handler.ts';

const handlers: { [T in CommandType]: Handler<T> } = {
  'person.join': joinPerson,
  'person.grantRole': grantRole,
  'person.revokeRole': revokeRole,
  'person.issueToken': issueToken,
  'person.revokeToken': revokeToken,
  'group.create': createGroup,
  'group.addMember': addMember,
  'source.propose': proposeSource,
  'source.review': reviewSource,
  'source.withdraw': withdrawSource,
  'source.markIngested': markSourceIngested,
  'run.register': registerRun,
  'run.start': startRun,
  'run.complete': completeRun,
  'run.fail': failRun,
  'job.draft': draftJob,
  'job.approveStart': approveJobStart,
  'job.claim': claimJob,
  'job.checkpoint': checkpointJob,
  'job.complete': completeJob,
  'job.fail': failJob,
  'job.expireLease': expireLease,
};

export function handle(context: CommandContext, { type, data }: Command): Promise<Outcome> {
  const handler = handlers[type] as (context: CommandContext, data: unknown) => Promise<Outcome>;
  return handler(context, data);
}
