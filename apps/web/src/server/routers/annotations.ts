import {
  annotationItemDetail,
  annotationItems,
  annotationSetDetail,
  annotationSets,
  heldItem,
  PageInput,
} from '@tsudoi/hub';
import { AnnotationItemId, AnnotationSetId } from '@tsudoi/schema';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { get, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { commandProcedure, personOf, procedure, router } from '../trpc.ts';

const bySet = z.strictObject({ setId: AnnotationSetId });
const ItemState = z.enum(['waiting', 'disputed', 'settled', 'withdrawn']);
const viewerOf = ({ actor }: Context) => (actor && actor.kind !== 'system' ? actor.personId : null);

export const annotationsRouter = router({
  sets: procedure('public.read', get('/annotation-sets', 'アノテーションセットの一覧', 'Annotation sets'))
    .input(PageInput.prefault({}))
    .query(({ ctx, input }) => annotationSets(hub(), viewerOf(ctx), input)),
  set: procedure(
    'public.read',
    get(
      '/annotation-sets/{setId}',
      'アノテーションセット一件',
      'One annotation set with its progress and agreement',
    ),
  )
    .input(bySet)
    .query(({ ctx, input }) => annotationSetDetail(hub(), viewerOf(ctx), input.setId)),
  items: procedure('public.read', get('/annotation-sets/{setId}/items', 'セットの項目', 'Items of a set'))
    .input(PageInput.extend({ setId: AnnotationSetId, state: ItemState.optional() }))
    .query(({ input }) => annotationItems(hub(), input)),
  item: procedure(
    'public.read',
    get('/annotation-items/{itemId}', '項目一件とそのセット', 'One item with its set'),
  )
    .input(z.strictObject({ itemId: AnnotationItemId }))
    .query(({ ctx, input }) => annotationItemDetail(hub(), viewerOf(ctx), input.itemId)),
  /** The item that the reader holds in this set, or null: a closed tab goes on where it was. */
  held: procedure(
    'annotation.annotate',
    get(
      '/annotation-sets/{setId}/held-item',
      'いま自分が受け持つ項目',
      'The item that the caller holds in a set, or null',
    ),
    'any',
  )
    .input(bySet)
    .query(({ ctx, input }) => heldItem(hub(), personOf(ctx), input.setId)),
  drawUp: commandProcedure(
    'annotation.drawUp',
    post('/annotation-sets', 'アノテーションセットを作る', 'Draw up an annotation set'),
  ),
  addItems: commandProcedure(
    'annotation.addItems',
    post('/annotation-sets/{setId}/items', '項目を加える', 'Add items to a set'),
  ),
  open: commandProcedure(
    'annotation.open',
    post('/annotation-sets/{setId}/opening', '審査を始める', 'Open a set for reviews'),
  ),
  claim: commandProcedure(
    'annotation.claim',
    post('/annotation-sets/{setId}/claims', '次の項目を受け持つ', 'Claim the next item'),
  ),
  return: commandProcedure(
    'annotation.return',
    post('/annotation-items/{itemId}/return', '受け持った項目を返す', 'Return an item'),
  ),
  review: commandProcedure(
    'annotation.review',
    post('/annotation-items/{itemId}/reviews', '項目に答える', 'Review an item'),
  ),
  adjudicate: commandProcedure(
    'annotation.adjudicate',
    post(
      '/annotation-items/{itemId}/adjudication',
      '意見が割れた項目を裁定する',
      'Adjudicate a disputed item',
    ),
  ),
  withdrawItem: commandProcedure(
    'annotation.withdrawItem',
    post('/annotation-items/{itemId}/withdrawal', '項目を取り下げる', 'Withdraw an item'),
  ),
  freeze: commandProcedure(
    'annotation.freeze',
    post('/annotation-sets/{setId}/versions', '版として確定する', 'Freeze a version of a set'),
  ),
  reopen: commandProcedure(
    'annotation.reopen',
    post('/annotation-sets/{setId}/reopening', '確定したセットを再び開く', 'Reopen a frozen set'),
  ),
});
