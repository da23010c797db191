-- What decisions about people need (inline projections), and what is kept outside the log on purpose.

create table permission_grant (
  person_id uuid not null,
  role      text not null,
  group_id  uuid,          -- null: for the whole hub
  unique nulls not distinct (person_id, role, group_id)
);

create table working_group (
  group_id uuid primary key,
  slug     text not null unique
);

create table membership (
  group_id  uuid not null,
  person_id uuid not null,
  primary key (group_id, person_id)
);

create table token_secret (
  token_id    uuid        primary key,
  person_id   uuid        not null,
  label       text        not null,
  scopes      text[]      not null,
  secret_hash bytea       not null unique, -- SHA-256; the secret itself is shown once and kept nowhere
  issued_at   timestamptz not null default now(),
  revoked_at  timestamptz
);
create index token_secret_person on token_secret (person_id);

-- Personal data: never in the log, erasable.
create table profile (
  person_id    uuid primary key,
  display_name text not null
);

create table identity (
  provider  text not null,
  subject   text not null,
  person_id uuid not null unique,
  primary key (provider, subject)
);

create table session (
  secret_hash bytea       primary key,
  person_id   uuid        not null,
  user_agent  text        not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null
);
create index session_person on session (person_id);
