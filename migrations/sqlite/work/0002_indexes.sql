-- A rebuild creates these after loading the rows.

-- Due items by tenant, so that no tenant's items hide those of another, and all items of a tenant.
create index work_items_due on work_items (kind, tenant, priority desc, not_before, stream, item) where state = 'due';
create index work_items_tenant on work_items (tenant, kind, priority desc, not_before, stream, item);
