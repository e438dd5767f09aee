-- A rebuild creates these after loading the rows.

-- The latest calls.
create index dashboard_calls_latest on dashboard_calls (tenant, started_at desc, call_id desc) where listed = 1;
