-- Read models of the aggregates with their whole lives. Only projections write here.

alter table view_person add column openness text not null default '';
alter table view_person add column left_at timestamptz;
alter table view_person add column erased_at timestamptz;
alter table view_token add column group_id uuid;
alter table view_token add column expires_at timestamptz;

alter table view_source add column round integer not null default 1;
alter table view_source_review add column round integer not null default 1;
create table view_source_evidence (
  source_id uuid        not null,
  version   integer     not null,
  person_id uuid        not null,
  url       text        not null,
  note      text        not null,
  sha256    text,
  at        timestamptz not null,
  primary key (source_id, version)
);

alter table view_job add column cancelled_because text;
create index view_job_board on view_job (drafted_at desc, job_id);
create index view_job_state on view_job (state, drafted_at desc, job_id);

alter table view_run add column supersedes uuid;
alter table view_run add column abandoned_because text;
create table view_post_mortem (
  run_id    uuid        not null,
  version   integer     not null,
  person_id uuid        not null,
  summary   text        not null,
  cause     text        not null,
  lessons   text        not null,
  at        timestamptz not null,
  primary key (run_id, version)
);

create table view_annotation_set (
  set_id           uuid        primary key,
  group_id         uuid,
  person_id        uuid        not null,
  title_ja         text        not null,
  title_en         text        not null,
  guideline        text        not null,
  categories       jsonb       not null,
  reviews_per_item integer     not null,
  settle           text        not null,
  state            text        not null,
  drawn_up_at      timestamptz not null
) with (fillfactor = 70);
create table view_annotation_version (
  set_id      uuid        not null,
  version     integer     not null,
  items       integer     not null,
  agreement   jsonb       not null,
  labels_hash text        not null,
  at          timestamptz not null,
  primary key (set_id, version)
);
create table view_annotation_item (
  item_id     uuid        primary key,
  set_id      uuid        not null,
  author_id   uuid        not null,
  content     jsonb       not null,
  wanted      integer     not null,
  reviews     integer     not null default 0,
  state       text        not null,
  revealed    jsonb,
  labels      jsonb,
  disputed    text[]      not null default '{}',
  drawn_up_at timestamptz not null
) with (fillfactor = 70);
create index view_annotation_item_set on view_annotation_item (set_id, state, item_id);

create table view_release (
  release_id       uuid        primary key,
  group_id         uuid,
  author_id        uuid        not null,
  artifact_id      text        not null,
  slug             text        not null,
  version          text        not null,
  notes_ja         text        not null,
  notes_en         text        not null,
  approvals_needed integer     not null,
  approved_by      uuid[]      not null default '{}',
  checks           jsonb       not null default '[]',
  safety           jsonb,
  state            text        not null,
  credited_people  integer,
  credits_hash     text,
  drafted_at       timestamptz not null,
  released_at      timestamptz,
  withdrawn_because text
) with (fillfactor = 70);
create index view_release_drafted_at on view_release (drafted_at desc, release_id);
create index view_release_artifact on view_release (artifact_id);

create table view_credit (
  credit_id   uuid        primary key,
  person_id   uuid        not null,
  group_id    uuid,
  rule        text        not null,
  evidence    jsonb,
  statement   text        not null,
  at          timestamptz not null,
  reversed_at timestamptz,
  reversed_because text
);
create index view_credit_person on view_credit (person_id, at desc, credit_id);

create table view_webhook (
  webhook_id    uuid        primary key,
  person_id     uuid        not null,
  group_id      uuid,
  url           text        not null,
  topics        text[]      not null,
  state         text        not null,
  failures      integer     not null default 0,
  last_status   integer,
  registered_at timestamptz not null
);
create index view_webhook_person on view_webhook (person_id, registered_at);
create table view_subscription (
  subscription_id uuid        primary key,
  person_id       uuid        not null,
  group_id        uuid,
  label           text        not null,
  topics          text[]      not null,
  after_position  bigint      not null,
  opened_at       timestamptz not null,
  closed_at       timestamptz,
  closed_because  text
);
create index view_subscription_person on view_subscription (person_id, opened_at);
