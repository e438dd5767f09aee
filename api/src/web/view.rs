//! [`view!`]: a row of a read model as it goes over the wire: only the columns that are meant for it, times as times.

/// A struct for the wire, made from a row of the same field names.
macro_rules! view {
    (
        $(#[$doc:meta])* $name:ident of $row:ty {
            plain { $( $(#[$pdoc:meta])* $plain:ident : $ty:ty ),* $(,)? }
            timestamps { $( $(#[$mdoc:meta])* $moment:ident ),* $(,)? }
            optional_timestamps { $( $(#[$odoc:meta])* $maybe:ident ),* $(,)? }
        }
    ) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            $( $(#[$pdoc])* pub $plain: $ty, )*
            $( $(#[$mdoc])* pub $moment: $crate::web::Rfc3339, )*
            $( $(#[$odoc])* pub $maybe: Option<$crate::web::Rfc3339>, )*
        }

        impl From<$row> for $name {
            fn from(row: $row) -> Self {
                Self {
                    $( $plain: row.$plain, )*
                    $( $moment: row.$moment.into(), )*
                    $( $maybe: row.$maybe.map($crate::web::Rfc3339::from), )*
                }
            }
        }
    };
}
pub(crate) use view;
