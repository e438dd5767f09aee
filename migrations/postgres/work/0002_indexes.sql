-- Made after the rows are loaded, when a rebuild loads them.

-- What is due, and what waits.
create index work_items_due on work_items (kind, priority desc, not_before, stream, item) where state = 'due';
create index work_items_tenant on work_items (tenant, kind, priority desc, not_before, stream, item);
