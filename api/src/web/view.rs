//! [`view!`]: the JSON representation of a read model's row, with selected columns and RFC 3339 times.

/// Defines a response struct from a row with the same field names.
macro_rules! view {
    (
        $(#[$doc:meta])* $name:ident of $row:ty {
            plain { $( $(#[$pdoc:meta])* $plain:ident : $ty:ty ),* $(,)? }
            timestamps { $( $(#[$tdoc:meta])* $timestamp:ident ),* $(,)? }
            optional_timestamps { $( $(#[$odoc:meta])* $optional:ident ),* $(,)? }
        }
    ) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            $( $(#[$pdoc])* pub $plain: $ty, )*
            $( $(#[$tdoc])* pub $timestamp: $crate::web::Rfc3339, )*
            $( $(#[$odoc])* pub $optional: Option<$crate::web::Rfc3339>, )*
        }

        impl From<$row> for $name {
            fn from(row: $row) -> Self {
                Self {
                    $( $plain: row.$plain, )*
                    $( $timestamp: row.$timestamp.into(), )*
                    $( $optional: row.$optional.map($crate::web::Rfc3339::from), )*
                }
            }
        }
    };
}
pub(crate) use view;
