-- Every stop of a projection, for the operations page: which event it could not take, why, and when it was tried again.
create table projection_failure (
  id         bigint      generated always as identity primary key,
  name       text        not null,
  version    integer     not null,
  position   bigint      not null, -- of the event that it could not take
  error      text        not null,
  failed_at  timestamptz not null default clock_timestamp(),
  retried_at timestamptz
);
create index projection_failure_open on projection_failure (name) where retried_at is null;
