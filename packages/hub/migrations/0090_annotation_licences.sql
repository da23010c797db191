-- What a set is published under, whether its texts may disturb, and how a dispute was decided.
alter table view_annotation_set
  add column licence   text,
  add column sensitive boolean not null default true;
alter table view_annotation_item
  add column adjudication jsonb;
