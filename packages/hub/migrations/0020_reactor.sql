-- How far each process that acts on the log has come (the publisher, the planner). It is shown to people and is no
-- source of truth: the publisher asks the stream, the planner folds the log.
create table reactor (
  name text primary key,
  position bigint not null check (position >= 0),
  error text,
  updated_at timestamptz not null default clock_timestamp()
);
