-- Made after the rows are loaded, when a rebuild loads them.

-- The latest calls.
create index dashboard_calls_latest on dashboard_calls (tenant, started_at desc, call_id desc) where listed = 1;
