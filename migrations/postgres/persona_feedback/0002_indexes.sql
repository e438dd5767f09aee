-- A rebuild creates these after loading the rows.

-- The latest corrections, of all agents and of one.
create index feedback_corrections_latest on feedback_corrections (tenant, noted_at desc, call_id desc, correction desc) where in_force = 1;
create index feedback_corrections_agent on feedback_corrections (tenant, agent, persona_version, noted_at desc) where in_force = 1;
