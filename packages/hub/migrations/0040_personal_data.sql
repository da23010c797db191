-- Keys of people lie in a schema of their own, so that they are backed up apart from the log and for a short time only:
-- a restored key would bring back what was erased. See docs/decisions/0020-personal-data.md.
create schema personal;
create table personal.person_key (
  person_id  uuid        primary key,
  wrapped    bytea       not null, -- AES-256-GCM under the key of the environment, bound to the person id
  created_at timestamptz not null default now()
);

-- Who a person is to an identity provider: only a keyed hash of it. `subject` stays where a person signed in before
-- this migration and is replaced by the hash at their next sign-in.
alter table identity add column subject_hash bytea unique;
alter table identity drop constraint identity_pkey;
alter table identity alter column subject drop not null;
create unique index identity_subject on identity (provider, subject) where subject is not null;
alter table identity add check ((subject is null) <> (subject_hash is null));

-- Contact data, readable only with the person's key; the display name beside it is public.
alter table profile add column sealed text;

alter table token_secret add column group_id uuid;
alter table token_secret add column expires_at timestamptz;
