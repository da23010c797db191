-- What is measured but is not history: metric points of runs, and spans of traces. Both may be lost without harm.

create table run_metric (
  run_id uuid             not null,
  series text             not null,
  step   integer          not null,
  value  double precision not null,
  at     timestamptz      not null default now(),
  primary key (run_id, series, step)
);

-- The newest point of each series, so that a list of runs does not walk their curves.
create table run_metric_latest (
  run_id uuid             not null,
  series text             not null,
  step   integer          not null,
  value  double precision not null,
  primary key (run_id, series)
) with (fillfactor = 70);

create table span (
  arrived     bigint           generated always as identity primary key, -- the oldest are dropped first
  trace_id    text             not null,
  span_id     text             not null,
  parent_id   text,
  service     text             not null,
  name        text             not null,
  started_at  timestamptz      not null,
  duration_ms double precision not null,
  error       boolean          not null,
  attributes  jsonb            not null,
  unique (trace_id, span_id)
);
create index span_started_at on span (started_at);
