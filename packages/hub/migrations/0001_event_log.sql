-- The append-only event log. See docs/decisions/0001-event-log.md.

create table event (
  position       bigint      primary key,
  stream_type    text        not null,
  stream_id      text        not null,
  version        integer     not null check (version >= 1),
  event_id       uuid        not null unique,
  type           text        not null,
  schema_version integer     not null check (schema_version >= 1),
  data           jsonb       not null,
  meta           jsonb       not null,
  sealed         bytea,      -- personal fields, encrypted with the key of subject_id
  subject_id     uuid,
  at             timestamptz not null,
  prev_hash      bytea       not null check (octet_length(prev_hash) = 32),
  hash           bytea       not null check (octet_length(hash) = 32),
  unique (stream_type, stream_id, version),
  check ((sealed is null) = (subject_id is null))
);

create table stream (
  stream_type text    not null,
  stream_id   text    not null,
  version     integer not null,
  primary key (stream_type, stream_id)
) with (fillfactor = 70);

-- One row. Every append holds it from the moment its events get their positions until its commit, so positions have
-- no gaps and follow the order of commits. The low fillfactor keeps its updates inside one page.
create table log_head (
  only_row boolean primary key default true check (only_row),
  position bigint  not null,
  hash     bytea   not null
) with (fillfactor = 10);
insert into log_head (position, hash) values (0, decode(repeat('00', 32), 'hex'));

create table command_receipt (
  actor        text        not null,
  command_id   uuid        not null,
  request_hash bytea       not null,
  result       jsonb,
  position     bigint,     -- of the last event the command appended; set before its transaction commits
  at           timestamptz not null default now(),
  primary key (actor, command_id)
) with (fillfactor = 70);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % is append-only: % is refused', tg_table_name, tg_op using errcode = 'TS001';
end $$;
create trigger event_is_append_only before update or delete on event
  for each row execute function refuse_change();
create trigger event_is_never_truncated before truncate on event
  for each statement execute function refuse_change();

-- Appends events whose stream versions are settled already. Takes the head row, numbers and chains the events,
-- moves the head on and wakes the listeners. Returns the position of the first one.
--   hash = SHA-256(prev_hash || int64 position || int64 milliseconds since 1970 || content hash), big-endian
create function append_events(batch jsonb) returns bigint language plpgsql as $$
declare
  head   log_head%rowtype;
  item   record;
  moment timestamptz;
  first  bigint;
  chain  bytea;
begin
  select * into strict head from log_head for update;
  moment := date_trunc('milliseconds', clock_timestamp());
  first := head.position + 1;
  for item in
    select * from rows from (jsonb_to_recordset(batch) as (
      stream_type text, stream_id text, version integer, event_id uuid, type text, schema_version integer,
      data jsonb, meta jsonb, content_hash text
    )) with ordinality order by ordinality
  loop
    head.position := head.position + 1;
    chain := sha256(
      head.hash || int8send(head.position) || int8send((extract(epoch from moment) * 1000)::bigint)
      || decode(item.content_hash, 'hex')
    );
    insert into event (position, stream_type, stream_id, version, event_id, type, schema_version, data, meta, at,
                       prev_hash, hash)
    values (head.position, item.stream_type, item.stream_id, item.version, item.event_id, item.type,
            item.schema_version, item.data, item.meta, moment, head.hash, chain);
    head.hash := chain;
  end loop;
  update log_head set position = head.position, hash = head.hash;
  perform pg_notify('tsudoi_log', head.position::text);
  return first;
end $$;
