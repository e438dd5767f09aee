//! Identifiers. All are text: some are made by Twilio, some by us, and none is ever computed with.

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One conversation. The `CallSid` of its first leg when Twilio starts it, `call_<uuid v7>` when we queue it.
    CallId
}
text_id! {
    /// An AI agent. `default` is the agent that answers numbers nobody assigned.
    AgentId
}
text_id! {
    /// A person in the contacts: `contact_<uuid v7>`.
    ContactId
}
text_id! {
    /// Whose data it is. Every event's metadata and every row carries one; `default` until there is a second.
    Tenant
}
