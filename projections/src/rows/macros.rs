//! [`table!`]: generates a row struct, its table and its conversions from one list of columns.

/// A row struct and its table. The key columns are first; `personal` lists the columns with personal values.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $name:ident in $table:literal, key $key:literal, $role:expr, personal $personal:tt
        { $( $(#[$fdoc:meta])* $field:ident : $ty:ty ),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        pub struct $name {
            $( $(#[$fdoc])* pub $field: $ty ),*
        }

        impl $crate::rows::Row for $name {
            const TABLE: $crate::rows::Table = $crate::rows::Table {
                name: $table,
                columns: &[$( $crate::rows::Column {
                    name: stringify!($field),
                    kind: <$ty as $crate::rows::Field>::KIND,
                    personal: $crate::rows::list_contains(stringify!($field), &$personal),
                } ),*],
                key: $key,
                role: $role,
            };

            fn into_values(self) -> Vec<$crate::rows::Value> {
                vec![$( $crate::rows::Field::into_value(self.$field) ),*]
            }

            fn from_values(values: Vec<$crate::rows::Value>) -> Option<Self> {
                let mut values = values.into_iter();
                Some(Self { $( $field: $crate::rows::Field::from_value(values.next()?)? ),* })
            }
        }

        impl<'r, R> sqlx::FromRow<'r, R> for $name
        where
            R: sqlx::Row,
            usize: sqlx::ColumnIndex<R>,
            Option<i64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Option<f64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                let table = <Self as $crate::rows::Row>::TABLE;
                let values = $crate::rows::read_row(row, table.columns)?;
                <Self as $crate::rows::Row>::from_values(values)
                    .ok_or_else(|| sqlx::Error::Decode($crate::rows::ForeignRow(table.name).into()))
            }
        }

        impl std::fmt::Debug for $name {
            /// Shows only the type name: values may be personal.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }
    };
}
pub(crate) use table;
