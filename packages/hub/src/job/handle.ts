import { Rejection } from '@tsudoi/schema';
import { knownObjects } from '../artifact/known-objects.ts';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo, load } from '../command/aggregate.ts';
import { type Handler, loadTarget, nodeOf, outcome, personOf } from '../command/handler.ts';
import { fence, lockLease } from '../lease/require-lease.ts';
import { run } from '../run/run.ts';
import * as decide from './decide.ts';
import { job } from './job.ts';
import * as supervise from './supervise.ts';

export const draftJob: Handler<'job.draft'> = async (context, data) => {
  const target = await loadTarget(context, job, data.jobId);
  const known = new Set((await readManifests(context, data.inputs)).keys());
  return outcome([appendTo(job, data.jobId, target, decide.draft(target.state, data, known))]);
};

export const approveJobStart: Handler<'job.approveStart'> = async (context, data) => {
  const supervisorId = personOf(context.actor);
  const target = await loadTarget(context, job, data.jobId);
  return outcome([
    appendTo(job, data.jobId, target, supervise.approveStart(target.state, supervisorId, data)),
  ]);
};

export const refuseJobStart: Handler<'job.refuseStart'> = async (context, data) => {
  const supervisorId = personOf(context.actor);
  const target = await loadTarget(context, job, data.jobId);
  const events = supervise.refuseStart(target.state, supervisorId, data);
  return outcome([appendTo(job, data.jobId, target, events)]);
};

export const sendJobBack: Handler<'job.sendBack'> = async (context, data) => {
  const supervisorId = personOf(context.actor);
  const target = await loadTarget(context, job, data.jobId);
  return outcome([appendTo(job, data.jobId, target, supervise.sendBack(target.state, supervisorId, data))]);
};

export const cancelJob: Handler<'job.cancel'> = async (context, data) => {
  const { actor } = context;
  const target = await loadTarget(context, job, data.jobId);
  const personId = actor.kind === 'system' ? null : actor.personId;
  return outcome([appendTo(job, data.jobId, target, decide.cancel(target.state, personId, data))]);
};

export const retryJob: Handler<'job.retry'> = async (context, data) => {
  const personId = personOf(context.actor);
  const target = await loadTarget(context, job, data.jobId);
  const { runId = null } = target.state.draft ?? {};
  const phase = runId === null ? null : (await load(context, run, runId)).state.phase;
  const closedRun = phase === 'registered' || phase === 'running' ? null : phase;
  return outcome([
    appendTo(job, data.jobId, target, decide.retry(target.state, personId, data, { closedRun })),
  ]);
};

export const checkpointJob: Handler<'job.checkpoint'> = async (context, data) => {
  const { tokenId } = nodeOf(context.actor);
  fence(await lockLease(context.tx, data.jobId), { ...data, tokenId }, context.now);
  const target = await loadTarget(context, job, data.jobId);
  const objects = await knownObjects(context.tx, [data.sha256]);
  return outcome([appendTo(job, data.jobId, target, decide.checkpoint(target.state, data, objects))]);
};

export const failJob: Handler<'job.fail'> = async (context, data) => {
  const { tokenId } = nodeOf(context.actor);
  fence(await lockLease(context.tx, data.jobId), { ...data, tokenId }, context.now);
  const target = await loadTarget(context, job, data.jobId);
  return outcome([appendTo(job, data.jobId, target, decide.fail(target.state, data))]);
};

export const expireLease: Handler<'job.expireLease'> = async (context, data) => {
  const row = await lockLease(context.tx, data.jobId);
  if (!row) throw new Rejection('job.unknown', { jobId: data.jobId });
  const target = await loadTarget(context, job, data.jobId);
  const timeIsOver = row.expiresAt !== null && row.expiresAt <= context.now;
  return outcome([appendTo(job, data.jobId, target, decide.expireLease(target.state, data, { timeIsOver }))]);
};
