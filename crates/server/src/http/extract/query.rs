use std::rc::Rc;

use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use super::body::fault_of;
use crate::http::endpoint::Argument;
use crate::http::exchange::Exchange;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::sketch::Sketch;

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams> Argument for Query<T> {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        parse(exchange.request.query_string()).map(Self)
    }

    fn describe(sketch: &mut Sketch) {
        sketch.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}

/// Reads a query string. Empty values mean none; unknown names are ignored; a NUL is refused, since no database takes one.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).filter(|(_, value)| !value.is_empty()) {
        if value.contains('\0') {
            return Err(Faults::one(name, Fault::ControlCharacter).into());
        }
        pairs.push((name, value));
    }
    let pairs = serde::de::value::MapDeserializer::new(pairs.into_iter().map(|(name, value)| (name, Typed(value))));
    serde_path_to_error::deserialize(pairs).map_err(|error| fault_of(&error).into())
}

/// A value that is read as whatever type the field has: query strings know text alone.
struct Typed<'a>(std::borrow::Cow<'a, str>);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Typed<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident),+ $(,)?) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(serde::de::Error::custom("invalid type: text")),
            }
        }
    )+};
}

impl<'de> serde::Deserializer<'de> for Typed<'_> {
    type Error = serde::de::value::Error;

    parsed! {
        deserialize_bool => visit_bool,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_f64 => visit_f64,
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(serde::de::value::CowStrDeserializer::new(self.0))
    }

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0.into_owned())
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any f32
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::http::extract::Locale;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wanted {
        page: Option<u64>,
        name: Option<String>,
        kind: Option<Kind>,
        id: Option<cardkey_domain::UserId>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        CardKey,
    }

    fn refusal(text: &str) -> String {
        let problem = parse::<Wanted>(text).unwrap_err();
        let errors = problem.document(Locale::En, "", "")["errors"].take();
        format!("{} {}", errors[0]["field"].as_str().unwrap(), errors[0]["code"].as_str().unwrap())
    }

    // SEC-05
    #[test]
    fn values_are_read_as_the_type_of_their_field() {
        let wanted: Wanted = parse("page=3&name=%E5%8D%A1&kind=card_key&id=&unknown=1").unwrap();
        assert_eq!(wanted, Wanted { page: Some(3), name: Some("卡".into()), kind: Some(Kind::CardKey), id: None });
    }

    // SEC-05
    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(refusal("page=ten"), "page wrong_type");
        assert_eq!(refusal("page=99999999999999999999999"), "page wrong_type");
        assert_eq!(refusal("kind=other"), "kind unknown_value");
        assert_eq!(refusal("name=a%00b"), "name control_character");
        assert_eq!(refusal("id=7"), "id malformed");
        assert_eq!(refusal("page=1&page=2"), "page malformed");
    }
}
