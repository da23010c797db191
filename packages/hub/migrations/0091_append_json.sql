-- The same append, given JSON as text: it is taken apart once, where jsonb was made of the whole of it first. See
-- docs/decisions/0035-deciding-while-writing.md.
drop function append_events(jsonb, bytea, jsonb, jsonb);

-- Takes the head row, which makes every appender wait for its turn, and then under it: compares each stream with the
-- version its writer built on and moves it on, numbers and chains the events, inserts them, moves the head on, files the
-- receipts and wakes the listeners. All of it or nothing.
--   events   in order: stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed (hex) and
--            subject_id where there are personal fields
--   contents their content hashes, 32 bytes each
--   streams  one per stream: stream_type, stream_id, base (its version before), count
--   receipts one per command: actor, command_id, request_hash (hex), result, last (how many events up to its last one)
--   hash = SHA-256(prev_hash || int64 position || int64 milliseconds since 1970 || content hash), big-endian
-- Returns the position of the first event. Raises TS002 when a stream is at another version; its detail says which.
create function append_events(events json, contents bytea, streams json, receipts json) returns bigint
language plpgsql
-- Each stream is one look into the index, however little is known about the sizes of tables.
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
  head   log_head%rowtype;
  wrong  jsonb;
  moment timestamptz;
  stamp  bytea;
  place  bigint;
  chain  bytea;
  hashes bytea;
begin
  select * into strict head from log_head for update;
  -- What the outer select reads is how the streams were before this statement.
  with asked as materialized (
    select * from json_to_recordset(streams) as w (stream_type text, stream_id text, base integer, count integer)
  ), moved as (
    update stream s set version = w.base + w.count from asked w
    where w.base > 0 and s.stream_type = w.stream_type and s.stream_id = w.stream_id and s.version = w.base
    returning 1
  ), made as (
    insert into stream (stream_type, stream_id, version)
      select stream_type, stream_id, count from asked where base = 0
    on conflict (stream_type, stream_id) do nothing
    returning 1
  )
  select case when (select count(*) from moved) + (select count(*) from made) < (select count(*) from asked) then (
    select to_jsonb(seen) from (
      select stream_type, stream_id, base,
             coalesce((select s.version from stream s where s.stream_type = w.stream_type and s.stream_id = w.stream_id), 0)
               as actual
      from asked w
    ) seen where actual <> base limit 1) end into wrong;
  if wrong is not null then
    raise exception 'stream % % is at version %, expected %',
        wrong ->> 'stream_type', wrong ->> 'stream_id', wrong ->> 'actual', wrong ->> 'base'
      using errcode = 'TS002', detail = wrong::text;
  end if;

  moment := date_trunc('milliseconds', clock_timestamp());
  stamp := int8send((extract(epoch from moment) * 1000)::bigint);
  place := head.position;
  chain := head.hash;
  hashes := head.hash;
  for n in 0 .. length(contents) / 32 - 1 loop
    place := place + 1;
    chain := sha256(chain || int8send(place) || stamp || substr(contents, 1 + 32 * n, 32));
    hashes := hashes || chain;
  end loop;
  insert into event (position, stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed,
                     subject_id, at, prev_hash, hash)
    select head.position + n, stream_type, stream_id, version, event_id, type, schema_version, data, meta,
           decode(sealed, 'hex'), subject_id, moment, substr(hashes, 32 * n::int - 31, 32), substr(hashes, 32 * n::int + 1, 32)
    from rows from (json_to_recordset(events) as (
      stream_type text, stream_id text, version integer, event_id uuid, type text, schema_version integer,
      data jsonb, meta jsonb, sealed text, subject_id uuid
    )) with ordinality as e (stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed,
                             subject_id, n)
    order by n;
  update log_head set position = place, hash = chain;
  if json_array_length(receipts) > 0 then
    insert into command_receipt (actor, command_id, request_hash, result, position)
      select actor, command_id, decode(request_hash, 'hex'), result, head.position + last
      from json_to_recordset(receipts) as (
        actor text, command_id uuid, request_hash text, result jsonb, last integer);
  end if;
  perform pg_notify('tsudoi_log', place::text);
  return head.position + 1;
end $$;
