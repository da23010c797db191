import type { Projection } from './projection.ts';

/** The ledger as people read it: every entry, and beside it whether and why it was reversed. */
export const credits: Projection = {
  name: 'credits',
  version: 1,
  tables: ['view_credit'],
  types: ['CreditGranted', 'CreditReversed'],
  async apply(sql, { event, at }) {
    switch (event.type) {
      case 'CreditGranted': {
        const { creditId, personId, groupId, rule, evidence, statement } = event.data;
        await sql`
          insert into view_credit (credit_id, person_id, group_id, rule, evidence, statement, at)
          values (${creditId}, ${personId}, ${groupId}, ${rule}, ${evidence ? sql.json(evidence) : null},
                  ${statement}, ${at})`;
        return;
      }
      case 'CreditReversed': {
        const { creditId, reason } = event.data;
        await sql`
          update view_credit set reversed_at = ${at}, reversed_because = ${reason} where credit_id = ${creditId}`;
        return;
      }
    }
  },
};
