-- One statement appends the events of many commands: see docs/decisions/0018-group-append.md.
drop function append_events(jsonb);

-- Takes the head row, which makes every appender wait for its turn, and then under it: compares each stream with the
-- version its writer built on, numbers and chains the events, inserts them, moves streams and head on, files the
-- receipts and wakes the listeners. All of it or nothing.
--   events   in order: stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed (hex) and
--            subject_id where there are personal fields, content_hash (hex)
--   streams  one per stream: stream_type, stream_id, base (its version before), count
--   receipts one per command: actor, command_id, request_hash (hex), result, last (how many events up to its last one)
--   hash = SHA-256(prev_hash || int64 position || int64 milliseconds since 1970 || content hash), big-endian
-- Returns the position of the first event. Raises TS002 when a stream is at another version; its detail says which.
create function append_events(events jsonb, streams jsonb, receipts jsonb) returns bigint language plpgsql as $$
declare
  head    log_head%rowtype;
  wrong   record;
  moment  timestamptz;
  stamp   bytea;
  content text;
  place   bigint;
  chain   bytea;
  hashes  bytea[] := '{}';
begin
  select * into strict head from log_head for update;
  -- "offset 0": one look into the index for each stream, whatever the statistics say.
  select * into wrong from (
    select stream_type, stream_id, base,
           coalesce((select s.version from stream s where s.stream_type = w.stream_type and s.stream_id = w.stream_id), 0)
             as actual
    from jsonb_to_recordset(streams) as w (stream_type text, stream_id text, base integer) offset 0
  ) seen where actual <> base limit 1;
  if found then
    raise exception 'stream % % is at version %, expected %', wrong.stream_type, wrong.stream_id, wrong.actual, wrong.base
      using errcode = 'TS002', detail = to_jsonb(wrong)::text;
  end if;
  insert into stream (stream_type, stream_id, version)
    select w.stream_type, w.stream_id, w.base + w.count
    from jsonb_to_recordset(streams) as w (stream_type text, stream_id text, base integer, count integer)
    on conflict (stream_type, stream_id) do update set version = excluded.version;

  moment := date_trunc('milliseconds', clock_timestamp());
  stamp := int8send((extract(epoch from moment) * 1000)::bigint);
  place := head.position;
  chain := head.hash;
  for content in select value ->> 'content_hash' from jsonb_array_elements(events) loop
    place := place + 1;
    chain := sha256(chain || int8send(place) || stamp || decode(content, 'hex'));
    hashes := hashes || chain;
  end loop;
  insert into event (position, stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed,
                     subject_id, at, prev_hash, hash)
    select head.position + n, stream_type, stream_id, version, event_id, type, schema_version, data, meta,
           decode(sealed, 'hex'), subject_id, moment, coalesce(hashes[n - 1], head.hash), hashes[n]
    from rows from (jsonb_to_recordset(events) as (
      stream_type text, stream_id text, version integer, event_id uuid, type text, schema_version integer,
      data jsonb, meta jsonb, sealed text, subject_id uuid
    )) with ordinality as e (stream_type, stream_id, version, event_id, type, schema_version, data, meta, sealed,
                             subject_id, n)
    order by n;
  update log_head set position = place, hash = chain;
  insert into command_receipt (actor, command_id, request_hash, result, position)
    select actor, command_id, decode(request_hash, 'hex'), result, head.position + last
    from jsonb_to_recordset(receipts) as (
      actor text, command_id uuid, request_hash text, result jsonb, last integer);
  perform pg_notify('tsudoi_log', place::text);
  return head.position + 1;
end $$;
