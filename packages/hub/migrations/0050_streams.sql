-- How far deliveries to outsiders have come. None of it is history: cursors may be set back, old rows go.
create table webhook_cursor (
  webhook_id uuid        primary key,
  position   bigint      not null,               -- the last event delivered or passed over
  failures   integer     not null default 0,     -- in a row, for the event after that
  due_at     timestamptz not null default clock_timestamp(),
  busy_until timestamptz                         -- somebody is at it until then
) with (fillfactor = 70);

create table webhook_delivery (
  webhook_id  uuid        not null,
  delivery_id bigint      generated always as identity,
  position    bigint      not null,
  event_id    uuid        not null,
  attempt     integer     not null,
  status      integer,                           -- null: there was no answer
  error       text,
  ms          integer     not null,
  at          timestamptz not null default clock_timestamp(),
  primary key (webhook_id, delivery_id)
);
create index webhook_delivery_at on webhook_delivery (at);

-- What a subscriber has acknowledged on NATS, for a consumer that must be made anew.
create table subscription_cursor (
  subscription_id uuid   primary key,
  position        bigint not null
);
