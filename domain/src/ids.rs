//! Identifiers: text, issued by Twilio or by the service, never computed with.

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// One conversation. The `CallSid` of the first leg if Twilio starts the call, `call_<uuid v7>` if the platform queues it.
    CallId
}
text_id! {
    /// An AI agent. `default` answers the numbers that are not assigned to another agent.
    AgentId
}
text_id! {
    /// A contact: `contact_<uuid v7>`.
    ContactId
}
text_id! {
    /// The owner of data. The metadata of every event and every row carry one; `default` unless there are several.
    Tenant
}
