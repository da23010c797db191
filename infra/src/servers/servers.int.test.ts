import postgres from 'postgres';
import { expect, test } from 'vitest';

test('integration tests run against a real PostgreSQL 18', async () => {
  const sql = postgres(process.env.TEST_DATABASE_URL!, { max: 1 });
  const [row] = await sql`select current_setting('server_version_num')::int as version`;
  await sql.end();
  expect(row!.version).toBeGreaterThanOrEqual(180000);
});
