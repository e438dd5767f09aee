-- When the password was last given in a login session; absent: when the session began.
alter table sessions add column confirmed_at integer;
