import type { SourceEvent, SourceState } from '@tsudoi/schema';
import type { Queryable } from '../log/connection.ts';
import type { Projection } from './projection.ts';

export const sources: Projection = {
  name: 'sources',
  version: 2,
  tables: ['view_source', 'view_source_review', 'view_source_evidence'],
  types: [
    'SourceProposed',
    'SourceReviewed',
    'SourceRevised',
    'LicenceEvidenceAdded',
    'SourceIncluded',
    'SourceAccepted',
    'SourceChangesWanted',
    'SourceWithdrawn',
    'SourceRejected',
    'SourceIngested',
  ],
  async apply(sql, { event, at, version }) {
    switch (event.type) {
      case 'SourceProposed':
        return insertSource(sql, event.data, at);
      case 'SourceReviewed': {
        const { sourceId, reviewerId, verdict, comment } = event.data;
        await sql`
          insert into view_source_review (source_id, version, reviewer_id, verdict, comment, at, round)
          select ${sourceId}, ${version}, ${reviewerId}, ${verdict}, ${comment}, ${at}, round
          from view_source where source_id = ${sourceId}`;
        if (verdict === 'accept') {
          await sql`update view_source set accepts = accepts + 1 where source_id = ${sourceId}`;
        }
        return;
      }
      case 'SourceRevised':
        return reviseSource(sql, event.data);
      case 'LicenceEvidenceAdded': {
        const { sourceId, personId, url, note, sha256 } = event.data;
        await sql`
          insert into view_source_evidence (source_id, version, person_id, url, note, sha256, at)
          values (${sourceId}, ${version}, ${personId}, ${url}, ${note}, ${sha256}, ${at})`;
        return;
      }
      case 'SourceIncluded':
        return setState(sql, event.data.sourceId, 'in-corpus');
      case 'SourceAccepted':
        return setState(sql, event.data.sourceId, 'accepted');
      case 'SourceChangesWanted':
        return setState(sql, event.data.sourceId, 'changes-wanted');
      case 'SourceWithdrawn':
        return setState(sql, event.data.sourceId, 'withdrawn');
      case 'SourceRejected': {
        const { sourceId, rule } = event.data;
        await sql`
          update view_source set state = 'rejected', refused_by = ${rule ? sql.json(rule) : null}
          where source_id = ${sourceId}`;
        return;
      }
      case 'SourceIngested': {
        const { sourceId, documents, bytes } = event.data;
        await sql`
          update view_source set state = 'ingested', documents = ${documents}, bytes = ${bytes}
          where source_id = ${sourceId}`;
        return;
      }
    }
  },
};

async function setState(sql: Queryable, sourceId: string, state: SourceState): Promise<void> {
  await sql`update view_source set state = ${state} where source_id = ${sourceId}`;
}

type Proposed = Extract<SourceEvent, { type: 'SourceProposed' }>['data'];

async function insertSource(sql: Queryable, source: Proposed, at: Date): Promise<void> {
  const languages = [...new Set(source.parts.map((part) => part.language))];
  await sql`
    insert into view_source (source_id, group_id, proposer_id, title_ja, title_en, description, licence, evidence_url,
                             rights, parts, languages, verdict, quorum, state, proposed_at)
    values (${source.sourceId}, ${source.groupId}, ${source.proposerId}, ${source.titleJa}, ${source.titleEn},
            ${source.description}, ${source.licence}, ${source.evidenceUrl}, ${sql.json(source.rights)},
            ${sql.json(source.parts)}, ${languages}, ${sql.json(source.verdict)}, ${source.quorum}, 'under-review',
            ${at})`;
}

/** A new round begins: earlier reviews stay readable and count no more. */
async function reviseSource(
  sql: Queryable,
  source: Extract<SourceEvent, { type: 'SourceRevised' }>['data'],
): Promise<void> {
  const languages = [...new Set(source.parts.map((part) => part.language))];
  await sql`
    update view_source set title_ja = ${source.titleJa}, title_en = ${source.titleEn},
      description = ${source.description}, licence = ${source.licence}, evidence_url = ${source.evidenceUrl},
      rights = ${sql.json(source.rights)}, parts = ${sql.json(source.parts)}, languages = ${languages},
      verdict = ${sql.json(source.verdict)}, quorum = ${source.quorum}, state = 'under-review', accepts = 0,
      round = round + 1
    where source_id = ${source.sourceId}`;
}
