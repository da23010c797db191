import { annotationItems, annotationSetDetail, annotationSets, heldItem, PageInput } from '@tsudoi/hub';
import { AnnotationSetId } from '@tsudoi/schema';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

const bySet = z.strictObject({ setId: AnnotationSetId });
const ItemState = z.enum(['waiting', 'disputed', 'settled', 'withdrawn']);
const viewerOf = ({ actor }: Context) => (actor && actor.kind !== 'system' ? actor.personId : null);

export const annotationsRouter = router({
  sets: procedure('public.read')
    .input(PageInput.prefault({}))
    .query(({ ctx, input }) => annotationSets(hub(), viewerOf(ctx), input)),
  set: procedure('public.read')
    .input(bySet)
    .query(({ ctx, input }) => annotationSetDetail(hub(), viewerOf(ctx), input.setId)),
  items: procedure('public.read')
    .input(PageInput.extend({ setId: AnnotationSetId, state: ItemState.optional() }))
    .query(({ input }) => annotationItems(hub(), input)),
  /** The item that the reader holds in this set, or null: a closed tab goes on where it was. */
  held: procedure('annotation.annotate', 'any')
    .input(bySet)
    .query(({ ctx, input }) => heldItem(hub(), personOf(ctx), input.setId)),
  drawUp: commandProcedure('annotation.drawUp'),
  addItems: commandProcedure('annotation.addItems'),
  open: commandProcedure('annotation.open'),
  claim: commandProcedure('annotation.claim'),
  return: commandProcedure('annotation.return'),
  review: commandProcedure('annotation.review'),
  adjudicate: commandProcedure('annotation.adjudicate'),
  withdrawItem: commandProcedure('annotation.withdrawItem'),
  freeze: commandProcedure('annotation.freeze'),
  reopen: commandProcedure('annotation.reopen'),
});
