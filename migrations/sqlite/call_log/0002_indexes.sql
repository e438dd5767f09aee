-- A rebuild creates these after loading the rows.

-- Each filter in the order of its list.
create index calls_all on calls (tenant, started_at desc, call_id desc) where in_all = 1;
create index calls_inbound on calls (tenant, started_at desc, call_id desc) where in_inbound = 1;
create index calls_outbound on calls (tenant, started_at desc, call_id desc) where in_outbound = 1;
create index calls_voicemail on calls (tenant, started_at desc, call_id desc) where in_voicemail = 1;
create index calls_failed on calls (tenant, started_at desc, call_id desc) where in_failed = 1;
create index calls_busy_no_answer on calls (tenant, started_at desc, call_id desc) where in_busy_no_answer = 1;
create index calls_resolved on calls (tenant, started_at desc, call_id desc) where in_resolved = 1;
create index calls_missed on calls (tenant, started_at desc, call_id desc) where in_missed = 1;
create index calls_pending_review on calls (tenant, started_at desc, call_id desc) where in_pending_review = 1;
create index calls_answered on calls (tenant, started_at desc, call_id desc) where in_answered = 1;
create index calls_taken_over on calls (tenant, started_at desc, call_id desc) where in_taken_over = 1;
create index calls_transferred on calls (tenant, started_at desc, call_id desc) where in_transferred = 1;
create index calls_recorded on calls (tenant, started_at desc, call_id desc) where in_recorded = 1;

-- Each filter by agent, in the same order. A call matches few filters and is therefore in few of these indexes. Without
-- them, a filter that few of an agent's calls match would scan all of the calls.
create index calls_all_agent on calls (tenant, agent, started_at desc, call_id desc) where in_all = 1;
create index calls_inbound_agent on calls (tenant, agent, started_at desc, call_id desc) where in_inbound = 1;
create index calls_outbound_agent on calls (tenant, agent, started_at desc, call_id desc) where in_outbound = 1;
create index calls_voicemail_agent on calls (tenant, agent, started_at desc, call_id desc) where in_voicemail = 1;
create index calls_failed_agent on calls (tenant, agent, started_at desc, call_id desc) where in_failed = 1;
create index calls_busy_no_answer_agent on calls (tenant, agent, started_at desc, call_id desc) where in_busy_no_answer = 1;
create index calls_resolved_agent on calls (tenant, agent, started_at desc, call_id desc) where in_resolved = 1;
create index calls_missed_agent on calls (tenant, agent, started_at desc, call_id desc) where in_missed = 1;
create index calls_pending_review_agent on calls (tenant, agent, started_at desc, call_id desc) where in_pending_review = 1;
create index calls_answered_agent on calls (tenant, agent, started_at desc, call_id desc) where in_answered = 1;
create index calls_taken_over_agent on calls (tenant, agent, started_at desc, call_id desc) where in_taken_over = 1;
create index calls_transferred_agent on calls (tenant, agent, started_at desc, call_id desc) where in_transferred = 1;
create index calls_recorded_agent on calls (tenant, agent, started_at desc, call_id desc) where in_recorded = 1;

-- Each filter by grade, and by agent and grade, for graded calls only, which are few. Calls pending review have no
-- grade.
create index calls_all_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_all = 1 and grade is not null;
create index calls_inbound_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_inbound = 1 and grade is not null;
create index calls_outbound_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_outbound = 1 and grade is not null;
create index calls_voicemail_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_voicemail = 1 and grade is not null;
create index calls_failed_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_failed = 1 and grade is not null;
create index calls_busy_no_answer_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_busy_no_answer = 1 and grade is not null;
create index calls_resolved_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_resolved = 1 and grade is not null;
create index calls_missed_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_missed = 1 and grade is not null;
create index calls_answered_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_answered = 1 and grade is not null;
create index calls_taken_over_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_taken_over = 1 and grade is not null;
create index calls_transferred_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_transferred = 1 and grade is not null;
create index calls_recorded_grade on calls (tenant, grade, started_at desc, call_id desc)
  where in_recorded = 1 and grade is not null;
create index calls_all_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_all = 1 and grade is not null;
create index calls_inbound_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_inbound = 1 and grade is not null;
create index calls_outbound_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_outbound = 1 and grade is not null;
create index calls_voicemail_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_voicemail = 1 and grade is not null;
create index calls_failed_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_failed = 1 and grade is not null;
create index calls_busy_no_answer_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_busy_no_answer = 1 and grade is not null;
create index calls_resolved_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_resolved = 1 and grade is not null;
create index calls_missed_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_missed = 1 and grade is not null;
create index calls_answered_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_answered = 1 and grade is not null;
create index calls_taken_over_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_taken_over = 1 and grade is not null;
create index calls_transferred_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_transferred = 1 and grade is not null;
create index calls_recorded_agent_grade on calls (tenant, agent, grade, started_at desc, call_id desc)
  where in_recorded = 1 and grade is not null;

-- Previous calls between an agent and a caller.
create index calls_with_person on calls (tenant, caller_number, agent, started_at desc, call_id desc)
  where summary is not null;
