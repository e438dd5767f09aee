-- A rebuild creates these after loading the rows.

-- Due items, and all items of a tenant.
create index work_items_due on work_items (kind, priority desc, not_before, stream, item) where state = 'due';
create index work_items_tenant on work_items (tenant, kind, priority desc, not_before, stream, item);
