//! Generates values of any type that implements `Deserialize`, with absent and present optional values, and with known
//! and erased personal values.

use serde::de::value::{Error, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::de::{Error as _, VariantAccess};
use serde::forward_to_deserialize_any;
use std::fmt;

/// Most elements of a generated list or map.
const MAX_ELEMENTS: u64 = 3;
/// Letters of generated texts.
const LETTERS: [&str; 6] = ["a", "Z", "0", " ", "\"", "é"];

/// A source of pseudo-random values: the same seed makes the same values.
pub struct Generator {
    state: u64,
    /// The variant of the next enum.
    variant: Option<usize>,
}

impl Generator {
    /// A generator whose first enum has the variant with this index.
    pub fn of_variant(variant: usize, seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            variant: Some(variant),
        }
    }

    /// A value below `limit`. Xorshift (Marsaglia 2003).
    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % limit
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index")
    }

    fn text(&mut self) -> String {
        let letters = self.below(6);
        (0..letters).map(|_| LETTERS[self.index(LETTERS.len())]).collect()
    }
}

/// What a visitor expects, in its own words.
struct Expectation<'a, V>(&'a V);

impl<'de, V: Visitor<'de>> fmt::Display for Expectation<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Expected::fmt(self.0, f)
    }
}

macro_rules! integers {
    ($( $method:ident $visit:ident $ty:ty ),*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                visitor.$visit(<$ty>::try_from(self.below(120)).expect("fits"))
            }
        )*
    };
}

impl<'de> Deserializer<'de> for &mut Generator {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("a value of unknown type"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.chance())
    }

    integers!(
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64
    );

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let eighths = u32::try_from(self.below(100)).expect("fits");
        visitor.visit_f64(f64::from(eighths) / 8.0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if Expectation(&visitor).to_string().contains("timezone") {
            return visitor.visit_str("America/Chicago");
        }
        visitor.visit_string(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.chance() {
            visitor.visit_some(self)
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let left = self.below(MAX_ELEMENTS + 1);
        visitor.visit_seq(Elements { generator: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let left = len as u64;
        visitor.visit_seq(Elements { generator: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // `Personal` is a map with one of three keys; no client receives a sealed value.
        let keys = if Expectation(&visitor).to_string().contains(domain::personal::PERSONAL) {
            let is_known = self.below(3) > 0;
            let key = if is_known {
                domain::personal::PERSONAL
            } else {
                domain::personal::ERASED
            };
            vec![key.to_owned()]
        } else {
            (0..self.below(MAX_ELEMENTS + 1)).map(|n| format!("key {n}")).collect()
        };
        visitor.visit_map(Entries { generator: self, keys })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let keys = fields.iter().rev().map(|field| (*field).to_owned()).collect();
        visitor.visit_map(Entries { generator: self, keys })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = self.variant.take().unwrap_or_else(|| self.index(variants.len()));
        visitor.visit_enum(Variant {
            generator: self,
            name: variants[variant],
        })
    }

    forward_to_deserialize_any! { f32 char bytes byte_buf unit unit_struct tuple_struct identifier ignored_any }
}

struct Elements<'a> {
    generator: &'a mut Generator,
    left: u64,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.generator).map(Some)
    }
}

struct Entries<'a> {
    generator: &'a mut Generator,
    /// The keys that are left, the next one last.
    keys: Vec<String>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(key) = self.keys.pop() else {
            return Ok(None);
        };
        let key: StringDeserializer<Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(&mut *self.generator)
    }
}

struct Variant<'a> {
    generator: &'a mut Generator,
    name: &'static str,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = &'a mut Generator;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant), Error> {
        let name: serde::de::value::StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.generator))
    }
}

impl<'de> VariantAccess<'de> for &mut Generator {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}
