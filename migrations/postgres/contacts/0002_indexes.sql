-- A rebuild creates these after loading the rows.

-- Lists by name, and the contact of a number.
create index contacts_name on contacts (tenant, sort_name, contact_id) where listed = 1;
create index contacts_phone on contacts (tenant, phone) where listed = 1;

-- The last call of a number.
create index calls_by_number_last on calls_by_number (tenant, number, started_at desc, call_id desc);
