-- Made after the rows are loaded, when a rebuild loads them.

-- The calls that go on now.
create index live_calls_live on live_calls (tenant, started_at desc, call_id desc) where live = 1;
