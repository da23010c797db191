-- What decisions about sources and jobs need (inline projections), and the objects that outputs are made of.

create table source_title (
  title_key text primary key, -- NFKC, lower case, single spaces
  source_id uuid not null
);
create index source_title_source on source_title (source_id);

create table job_queue (
  job_id      uuid        primary key,
  enqueued    bigint      generated always as identity, -- order of drafting: the oldest fitting job is claimed first
  kind        text        not null,
  state       text        not null,                     -- awaiting-start, queued, leased, done, failed
  epoch       integer     not null default 0,
  threads     integer     not null,
  memory_mib  integer     not null,
  disk_mib    integer     not null,
  run_id      uuid,
  traceparent text,                                     -- of the drafting event, so that the work joins its trace
  -- the live lease
  token_id    uuid,
  person_id   uuid,
  node        text,
  leased_at   timestamptz,
  expires_at  timestamptz,
  progress    real        not null default 0,
  note        text        not null default ''
) with (fillfactor = 70);
create index job_queue_queued on job_queue (enqueued) where state = 'queued';
create index job_queue_leased on job_queue (expires_at) where state = 'leased';

create table if not exists object (
  sha256     text        primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  size       bigint      not null check (size >= 0),
  media_type text        not null,
  created_at timestamptz not null default now()
);
