-- Whether lists of credits say somebody's name, or a number in its place.
alter table profile add column credit_named boolean not null default true;
