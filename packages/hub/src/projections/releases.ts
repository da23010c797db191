import type { Projection } from './projection.ts';

export const releases: Projection = {
  name: 'releases',
  version: 1,
  tables: ['view_release'],
  types: [
    'ReleaseDrafted',
    'SafetyAssessed',
    'ReleaseChecked',
    'ReleaseApproved',
    'ReleasePublished',
    'ReleaseWithdrawn',
  ],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'ReleaseDrafted': {
        const made = event.data;
        await sql`
          insert into view_release (release_id, group_id, author_id, artifact_id, slug, version, notes_ja, notes_en,
                                    approvals_needed, state, drafted_at)
          values (${made.releaseId}, ${made.groupId}, ${made.authorId}, ${made.artifactId}, ${made.slug},
                  ${made.version}, ${made.notesJa}, ${made.notesEn}, ${made.approvalsNeeded}, 'draft', ${at})`;
        return;
      }
      case 'SafetyAssessed': {
        const { releaseId, ...safety } = event.data;
        await sql`update view_release set safety = ${sql.json(safety)} where release_id = ${releaseId}`;
        return;
      }
      case 'ReleaseChecked': {
        const { releaseId, checks } = event.data;
        const passed = checks.every(({ reason }) => reason === null);
        await sql`
          update view_release set checks = ${sql.json(checks)},
            state = case when not ${passed} then 'draft' when state = 'approved' then 'approved' else 'checked' end,
            approved_by = case when ${passed} then approved_by else '{}' end
          where release_id = ${releaseId}`;
        return;
      }
      case 'ReleaseApproved': {
        const { releaseId, approverId } = event.data;
        await sql`
          update view_release set approved_by = array_append(approved_by, ${approverId}::uuid),
            state = case when cardinality(approved_by) + 1 >= approvals_needed then 'approved' else 'checked' end
          where release_id = ${releaseId}`;
        return;
      }
      case 'ReleasePublished': {
        const { releaseId, creditedPeople, creditsHash } = event.data;
        await sql`
          update view_release set state = 'released', released_at = ${at}, credited_people = ${creditedPeople},
            credits_hash = ${creditsHash}
          where release_id = ${releaseId}`;
        return;
      }
      case 'ReleaseWithdrawn': {
        const { releaseId, reason } = event.data;
        await sql`
          update view_release set state = 'withdrawn', withdrawn_because = ${reason} where release_id = ${releaseId}`;
        return;
      }
    }
  },
};
