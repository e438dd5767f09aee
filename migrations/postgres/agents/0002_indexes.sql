-- A rebuild creates these after loading the rows.

-- Finds the agent of a number.
create index agent_numbers_number on agent_numbers (number, assigned_at desc, agent_id desc);
create index agents_tenant on agents (tenant, created_at, agent_id);
