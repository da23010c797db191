import {
  PageInput,
  SearchText,
  sourceDescendants,
  sourceDetail,
  sourcePage,
  sourceTitles,
} from '@tsudoi/hub';
import { knownLicences, licenceVerdict, Sha256, SourceId, UseRights } from '@tsudoi/schema';
import { z } from 'zod';
import { get, post } from '../http/route.ts';
import { hub } from '../hub.ts';
import { confirmSourceUpload, grantSourceUpload } from '../objects/source-upload.ts';
import { commandProcedure, procedure, router } from '../trpc.ts';

const SourceState = z.enum([
  'under-review',
  'changes-wanted',
  'accepted',
  'ingested',
  'in-corpus',
  'rejected',
  'withdrawn',
]);

export const sourcesRouter = router({
  list: procedure('public.read', get('/sources', '出典の一覧', 'Sources, newest first'))
    .input(PageInput.extend({ state: SourceState.optional(), text: SearchText.optional() }).prefault({}))
    .query(({ input }) => sourcePage(hub(), input)),
  titles: procedure('public.read', get('/source-titles', '出典の題', 'What some sources are called'))
    .input(z.strictObject({ sourceIds: z.array(SourceId).max(200) }))
    .query(({ input }) => sourceTitles(hub(), input.sourceIds)),
  detail: procedure(
    'public.read',
    get('/sources/{sourceId}', '出典一件', 'One source with its reviews, jobs and artifacts'),
  )
    .input(z.strictObject({ sourceId: SourceId }))
    .query(({ input }) => sourceDetail(hub(), input.sourceId)),
  propose: commandProcedure('source.propose', post('/sources', '出典を提案する', 'Propose a source')),
  revise: commandProcedure(
    'source.revise',
    post(
      '/sources/{sourceId}/revisions',
      '修正を求められた提案を書き直す',
      'Revise a proposal for which changes were asked',
    ),
  ),
  addEvidence: commandProcedure(
    'source.addEvidence',
    post('/sources/{sourceId}/evidence', 'ライセンスの根拠を加える', 'Add evidence of the licence'),
  ),
  /** Everything that was made from a source, a page at a time. */
  descendants: procedure(
    'public.read',
    get(
      '/sources/{sourceId}/descendants',
      '出典から作られたすべてのもの',
      'Everything that was made from a source',
    ),
  )
    .input(
      z.strictObject({
        sourceId: SourceId,
        after: z.string().max(120).optional(),
        limit: z.int().min(1).max(200).default(100),
      }),
    )
    .query(({ input }) => sourceDescendants(hub(), input)),
  review: commandProcedure(
    'source.review',
    post('/sources/{sourceId}/reviews', '提案を審査する', 'Review a proposal'),
  ),
  withdraw: commandProcedure(
    'source.withdraw',
    post('/sources/{sourceId}/withdrawal', '出典を取り下げる', 'Withdraw a source'),
  ),
  /** What a licence would allow, before anything is proposed. */
  checkLicence: procedure(
    'public.read',
    get('/licence-verdict', 'ライセンスで何ができるか', 'What a licence would allow'),
  )
    .input(z.strictObject({ expression: z.string().trim().min(1).max(500), rights: UseRights }))
    .query(({ input }) => licenceVerdict(input.expression, input.rights)),
  /** SPDX ids with names that match what was typed, best first. */
  licences: procedure(
    'public.read',
    get('/licences', 'SPDXライセンスを探す', 'SPDX licences that match a text'),
  )
    .input(z.strictObject({ text: SearchText.max(100), limit: z.int().min(1).max(1000).default(12) }))
    .query(({ input }) => suggestLicences(input.text, input.limit)),
  /** An address to put a file of a proposal to. The ingest job pins it by hash. */
  grantUpload: procedure(
    'source.propose',
    post('/uploads', '提案するファイルの送り先', 'An address to put a file of a proposal to'),
  )
    .input(z.strictObject({ sha256: Sha256, size: z.int().positive(), mediaType: z.string().max(100) }))
    .mutation(({ input }) => grantSourceUpload(input)),
  confirmUpload: procedure(
    'source.propose',
    post('/uploads/{sha256}/confirmation', '送ったファイルを確かめる', 'Confirm an upload'),
  )
    .input(z.strictObject({ sha256: Sha256, size: z.int().positive() }))
    .mutation(({ input }) => confirmSourceUpload(input)),
});

/** Licences that open corpora use most; they lead while nothing is typed. */
const common = [
  'CC-BY-4.0',
  'CC0-1.0',
  'CC-BY-SA-4.0',
  'MIT',
  'Apache-2.0',
  'GPL-3.0-or-later',
  'GFDL-1.3-or-later',
];

export function suggestLicences(text: string, limit: number): { id: string; name: string }[] {
  const wanted = text.trim().toLowerCase();
  const rank = ({ id, name }: { id: string; name: string }): number => {
    const known = common.indexOf(id);
    if (wanted === '') return known < 0 ? 100 : known;
    const lower = id.toLowerCase();
    if (lower === wanted) return -1;
    if (lower.startsWith(wanted)) return known < 0 ? 10 : known;
    if (lower.includes(wanted)) return 20;
    return name.toLowerCase().includes(wanted) ? 30 : 1000;
  };
  return knownLicences()
    .map((licence) => ({ licence, order: rank(licence) }))
    .filter(({ order }) => order < (wanted === '' ? 101 : 1000))
    .sort((a, b) => a.order - b.order)
    .slice(0, limit)
    .map(({ licence }) => licence);
}
