-- Made after the rows are loaded, when a rebuild loads them.

-- Each selection in the order of its list.
create index calls_all on calls (tenant, started_at desc, call_id desc) where in_all = 1;
create index calls_inbound on calls (tenant, started_at desc, call_id desc) where in_inbound = 1;
create index calls_outbound on calls (tenant, started_at desc, call_id desc) where in_outbound = 1;
create index calls_voicemail on calls (tenant, started_at desc, call_id desc) where in_voicemail = 1;
create index calls_failed on calls (tenant, started_at desc, call_id desc) where in_failed = 1;
create index calls_busy_no_answer on calls (tenant, started_at desc, call_id desc) where in_busy_no_answer = 1;
create index calls_resolved on calls (tenant, started_at desc, call_id desc) where in_resolved = 1;
create index calls_missed on calls (tenant, started_at desc, call_id desc) where in_missed = 1;

-- By agent and by grade, in the same order.
create index calls_agent on calls (tenant, agent, started_at desc, call_id desc) where in_all = 1;
create index calls_grade on calls (tenant, grade, started_at desc, call_id desc) where in_all = 1;
