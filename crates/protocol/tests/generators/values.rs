//! What a person might type into a field: values that are read, of every kind.

use countersign_protocol::Kind;
use proptest::prelude::*;

/// A value that a field of this kind takes, in an offer of any region.
pub fn acceptable(kind: Kind) -> BoxedStrategy<String> {
    match kind {
        Kind::Text => r"[ A-Za-zÀ-ÿΑ-ωА-я]{0,20}[a-zß-öА-я]".boxed(),
        Kind::Phone => r"\+33 ?[67]( ?[0-9]{2}){4}".boxed(),
        Kind::Email => r"[A-Za-z0-9.]{1,30}@[A-Za-z0-9]{1,20}\.example".boxed(),
        Kind::Code => r"[A-Za-z]{1,4}[- ./]?[0-9]{1,12}".boxed(),
        Kind::Number => r"-?[0-9]{1,12}([.,][0-9]{1,2})?".boxed(),
        Kind::Date => (1900..=2200u32, 1..=12u32, 1..=28u32)
            .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
            .boxed(),
    }
}
