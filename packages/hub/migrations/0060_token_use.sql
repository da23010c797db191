-- When a token was last used. Not history and not in the log: it is written at most once a minute for each token, and
-- kept apart from token_secret, which permission checks read and which must equal the fold of the log.
create table token_use (
  token_id uuid        primary key,
  used_at  timestamptz not null
);
