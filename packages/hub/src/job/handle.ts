import { Rejection } from '@tsudoi/schema';
import { knownObjects } from '../artifact/known-objects.ts';
import { readManifests } from '../artifact/read-manifests.ts';
import { appendTo } from '../command/aggregate.ts';
import { type Handler, loadTarget, nodeOf, outcome, personOf } from '../command/handler.ts';
import { fence, lockLease } from '../lease/require-lease.ts';
import * as decide from './decide.ts';
import { job } from './job.ts';

export const draftJob: Handler<'job.draft'> = async (context, data) => {
  const target = await loadTarget(context, job, data.jobId);
  const known = new Set((await readManifests(context.tx, data.inputs)).keys());
  return outcome([appendTo(job, data.jobId, target, decide.draft(target.state, data, known))]);
};

export const approveJobStart: Handler<'job.approveStart'> = async (context, data) => {
  const supervisorId = personOf(context.actor);
  const target = await loadTarget(context, job, data.jobId);
  return outcome([appendTo(job, data.jobId, target, decide.approveStart(target.state, supervisorId, data))]);
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
