-- Every backup that was taken of this hub, so that the operations page can say how old the last one is. The files
-- themselves lie elsewhere; losing these rows loses nothing else.
create table backup (
  id       bigint      generated always as identity primary key,
  taken_at timestamptz not null default clock_timestamp(),
  position bigint      not null, -- of the log, up to where it reaches
  bytes    bigint      not null, -- written for it: tables, keys and the objects that earlier backups had not
  objects  integer     not null,
  missing  integer     not null, -- objects whose bytes could not be read
  seconds  real        not null
);
