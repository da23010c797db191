-- Read models. Every row here is a fold of the log and can be thrown away and made again; only projections write here.

create table projection (
  name           text        primary key,
  version        integer     not null,
  position       bigint      not null check (position >= 0),
  error          text,       -- why it stopped; the event behind `position` is the one it cannot take
  updated_at     timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

-- people, tokens, groups
create table view_person (
  person_id uuid        primary key,
  joined_at timestamptz not null
);
create table view_token (
  token_id   uuid        primary key,
  person_id  uuid        not null,
  label      text        not null,
  scopes     text[]      not null,
  issued_at  timestamptz not null,
  revoked_at timestamptz
);
create index view_token_person on view_token (person_id);
create table view_group (
  group_id uuid primary key,
  slug     text not null,
  name_ja  text not null,
  name_en  text not null
);
create table view_group_member (
  group_id  uuid not null,
  person_id uuid not null,
  primary key (group_id, person_id)
);
create index view_group_member_person on view_group_member (person_id);

-- sources
create table view_source (
  source_id    uuid        primary key,
  group_id     uuid,
  proposer_id  uuid        not null,
  title_ja     text        not null,
  title_en     text        not null,
  description  text        not null,
  licence      text        not null,
  evidence_url text        not null,
  rights       jsonb       not null,
  parts        jsonb       not null,
  languages    text[]      not null,
  verdict      jsonb       not null,
  quorum       integer     not null,
  state        text        not null,
  accepts      integer     not null default 0,
  refused_by   jsonb,
  documents    bigint,
  bytes        bigint,
  proposed_at  timestamptz not null
);
create index view_source_proposed_at on view_source (proposed_at);
create table view_source_review (
  source_id   uuid        not null,
  version     integer     not null,
  reviewer_id uuid        not null,
  verdict     text        not null,
  comment     text        not null,
  at          timestamptz not null,
  primary key (source_id, version)
);

-- jobs
create table view_job (
  job_id      uuid        primary key,
  kind        text        not null,
  state       text        not null,
  recipe      jsonb       not null,
  inputs      text[]      not null,
  source_ids  uuid[]      not null,
  outputs     text[]      not null default '{}',
  run_id      uuid,
  needs       jsonb       not null,
  epoch       integer     not null default 0,
  node        text,
  failure     jsonb,
  trace_id    text,
  drafted_at  timestamptz not null,
  started_at  timestamptz,
  finished_at timestamptz
) with (fillfactor = 70);
create index view_job_drafted_at on view_job (drafted_at);
create index view_job_run on view_job (run_id);
create index view_job_sources on view_job using gin (source_ids);
create table view_job_lease (
  job_id    uuid        not null,
  epoch     integer     not null,
  node      text        not null,
  person_id uuid        not null,
  leased_at timestamptz not null,
  ended_at  timestamptz,
  outcome   text        not null default 'running',
  primary key (job_id, epoch)
);
create table view_job_checkpoint (
  job_id  uuid        not null,
  version integer     not null,
  epoch   integer     not null,
  step    integer     not null,
  sha256  text        not null,
  size    bigint      not null,
  at      timestamptz not null,
  primary key (job_id, version)
);

-- runs
create table view_run (
  run_id                 uuid        primary key,
  person_id              uuid        not null,
  group_id               uuid,
  card                   jsonb       not null,
  state                  text        not null,
  registered_at          timestamptz not null,
  model_artifact_id      text,
  evaluation_artifact_id text,
  failure                jsonb
);

-- artifacts
create table view_artifact (
  artifact_id   text        primary key,
  kind          text        not null,
  title         text        not null,
  bytes         bigint      not null,
  files         integer     not null,
  job_id        uuid        not null,
  run_id        uuid,
  source_ids    uuid[]      not null,
  rights        jsonb       not null,
  manifest      jsonb       not null,
  registered_at timestamptz not null
);
create index view_artifact_registered_at on view_artifact (registered_at);
create index view_artifact_sources on view_artifact using gin (source_ids);
create table view_artifact_file (
  artifact_id text   not null,
  path        text   not null,
  sha256      text   not null,
  size        bigint not null,
  media_type  text   not null,
  primary key (artifact_id, path)
);
create index view_artifact_file_sha256 on view_artifact_file (sha256);
-- Edges point downstream: from a source or an artifact to what a job made of it.
create table view_lineage (
  from_id text not null,
  to_id   text not null,
  job_id  uuid not null,
  primary key (to_id, from_id)
);
create index view_lineage_from on view_lineage (from_id);

-- activity
create table view_activity (
  position    bigint      primary key,
  type        text        not null,
  stream_type text        not null,
  stream_id   text        not null,
  title       text        not null,
  title_en    text        not null,
  person_id   uuid,       -- null: the hub itself
  node        text,
  at          timestamptz not null,
  trace_id    text,
  data        jsonb       not null
);
create index view_activity_stream on view_activity (stream_id, position);
