-- A rebuild creates these after loading the rows.

-- The calls in progress.
create index live_calls_live on live_calls (tenant, started_at desc, call_id desc) where live = 1;
