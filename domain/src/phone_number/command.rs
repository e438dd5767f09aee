//! Commands to a telephone number of the installation.

use crate::Tenant;
use crate::call::command::commands;

commands! {
    /// A command to a number. It can be refused with a [`super::PhoneNumberError`].
    PhoneNumberCommand
    whole {}
    spelled {
        /// Makes the number belong to a tenant. Refused if it belongs to another.
        Claim {
            tenant: Tenant,
        },
        /// Makes the number belong to no tenant.
        Release {},
    }
}
