-- The hub's role may never change a receipt. Erasing a person is the one exception, and this function is all it can do:
-- it blanks the hash of what was asked (which contains a name) in the receipts of that person's own profile.
create function personal.blank_receipts(erased uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
  update command_receipt receipt set request_hash = decode(repeat('00', 32), 'hex')
  from event
  where event.stream_type = 'person' and event.stream_id = erased::text
    and event.type in ('PersonJoined', 'ProfileChanged')
    and receipt.actor = event.meta ->> 'actor' and receipt.command_id = (event.meta ->> 'commandId')::uuid
$$;
