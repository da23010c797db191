import postgres from 'postgres';

/** Positions and sizes are int8 and stay below 2^53, so they are read as numbers. */
type Types = { bigint: number };
export type Database = postgres.Sql<Types>;
export type Transaction = postgres.TransactionSql<Types>;
/** What reads and writes go through, inside a transaction or outside. */
export type Queryable = postgres.ISql<Types>;

export function connect(databaseUrl: string, poolSize: number): Database {
  return postgres<{ bigint: postgres.PostgresType<number> }>(databaseUrl, {
    max: poolSize,
    onnotice: () => {},
    connection: { application_name: 'tsudoi-hub' },
    types: {
      bigint: {
        to: 20,
        from: [20],
        parse: (text: string) => Number(text),
        serialize: (value: number) => String(value),
      },
    },
  });
}

/** The SQLSTATE of a PostgreSQL error, or null for anything else. */
export function sqlState(error: unknown): string | null {
  return error instanceof postgres.PostgresError ? error.code : null;
}
