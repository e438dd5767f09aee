-- A rebuild creates these after loading the rows.

-- Lists by name, and the contact of a number.
create index contacts_name on contacts (tenant, sort_name, contact_id) where listed = 1;
create index contacts_phone on contacts (tenant, phone) where listed = 1;

-- The last call of a number.
create index calls_by_number_last on calls_by_number (tenant, number, started_at desc, call_id desc);

-- The suppression of a contact's number, and the list of suppressed numbers.
create index suppressions_number on suppressions (tenant, number) where suppressed = 1;
create index suppressions_list on suppressions (tenant, suppressed_at desc, callee_id desc) where suppressed = 1;
create index suppressions_contact on suppressions (contact_id) where suppressed = 1;

-- The quarantined webhooks of a person or a call.
create index webhook_parties_value on webhook_parties (tenant, value);
