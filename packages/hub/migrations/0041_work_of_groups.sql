-- What decisions about sources, items, releases, credits, webhooks and subscriptions need (inline projections). Rows of
-- one table are written by the streams they are about and by no others.

-- What was made from each source, so that a withdrawal can say at once what it concerns.
create table source_descendant (
  source_id uuid not null,
  kind      text not null, -- artifact, run, release
  id        text not null,
  primary key (source_id, kind, id)
);
-- The log so far.
insert into source_descendant (source_id, kind, id)
  select source::uuid, 'artifact', stream_id
  from event, jsonb_array_elements_text(data -> 'manifest' -> 'sourceIds') as source
  where type = 'ArtifactRegistered'
  union
  select source::uuid, 'run', stream_id
  from event, jsonb_array_elements_text(data -> 'card' -> 'sourceIds') as source
  where type = 'RunRegistered';

alter table job_queue add column done_by uuid[] not null default '{}'; -- owners whose nodes reported a result
create index job_queue_run on job_queue (run_id);

-- One row per annotation item: what claims pick from and what freezing counts.
create table annotation_item (
  item_id   uuid    primary key,
  set_id    uuid    not null,
  enqueued  bigint  generated always as identity,
  author_id uuid    not null,
  wanted    integer not null,
  reviews   integer not null default 0,
  state     text    not null,     -- waiting, disputed, settled, withdrawn
  revealed  jsonb,                -- [{reviewerId, answers}] once all reviews are in
  labels    jsonb                 -- the final answers
) with (fillfactor = 70);
create index annotation_item_set on annotation_item (set_id, state, enqueued);
create table annotation_claim (
  item_id    uuid        not null,
  person_id  uuid        not null,
  set_id     uuid        not null,
  state      text        not null, -- claimed, reviewed, returned
  expires_at timestamptz not null,
  primary key (item_id, person_id)
) with (fillfactor = 70);
create index annotation_claim_person on annotation_claim (person_id, set_id) where state = 'claimed';

create table release_name (
  slug       text not null,
  version    text not null,
  release_id uuid not null,
  primary key (slug, version)
);

create table credit_entry (
  credit_id   uuid    primary key,
  person_id   uuid    not null,
  rule        text    not null,
  stream_type text,
  stream_id   text,
  statement   text    not null,
  group_id    uuid,
  reversed    boolean not null default false
);
create index credit_entry_person on credit_entry (person_id);
create index credit_entry_stream on credit_entry (stream_id);

create table webhook_owner (
  webhook_id uuid primary key,
  person_id  uuid not null,
  group_id   uuid
);
create index webhook_owner_person on webhook_owner (person_id);
-- Secrets that sign deliveries, AES-256-GCM under a key of the environment. Written beside the log on purpose.
create table webhook_secret (
  webhook_id uuid        not null,
  made       bigint      generated always as identity,
  sealed     bytea       not null,
  ends_at    timestamptz,       -- null: the one in use
  primary key (webhook_id, made)
);

create table subscription_owner (
  subscription_id uuid primary key,
  person_id       uuid not null,
  group_id        uuid
);
create index subscription_owner_person on subscription_owner (person_id);
