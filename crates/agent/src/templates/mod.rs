//! What a session can be started from: built-in templates, the organization's, and the user's own ([`TemplateBook`]).
//!
//! No built-in one asks for a name with a date of birth alone: both are too easily known.

mod book;

pub(crate) use book::write_whole;
pub use book::{BookError, TemplateBook};

use crate::view::{FieldSpec, Template, TemplateSource};
use countersign_protocol::{Began, Kind};

/// The id of the template without fields.
pub const FROM_SCRATCH: &str = "scratch";

/// Built-in templates, in the order of the picker.
pub fn built_in() -> Vec<Template> {
    let template = |id: &str, name: &str, began, fields: &[(&str, Kind, &str)]| Template {
        id: id.to_owned(),
        name: name.to_owned(),
        began,
        source: TemplateSource::BuiltIn,
        favourite: false,
        fields: fields
            .iter()
            .map(|(name, kind, hint)| FieldSpec {
                name: (*name).to_owned(),
                kind: *kind,
                hint: (*hint).to_owned(),
            })
            .collect(),
    };
    vec![
        template(
            "phone",
            "Phone number",
            Began::Organization,
            &[("Phone number", Kind::Phone, "The number this conversation runs over")],
        ),
        template(
            "email",
            "E-mail address",
            Began::Organization,
            &[("E-mail address", Kind::Email, "The address you use with us")],
        ),
        template(
            "customer",
            "Customer number",
            Began::Recipient,
            &[("Customer number", Kind::Code, "On your contract or your bill")],
        ),
        template(
            "order",
            "Order number",
            Began::Recipient,
            &[("Order number", Kind::Code, "In your confirmation")],
        ),
        template(
            "birth-postcode",
            "Date of birth and postcode",
            Began::Organization,
            &[("Date of birth", Kind::Date, ""), ("Postcode", Kind::Code, "Of the address we have for you")],
        ),
        template(FROM_SCRATCH, "From scratch", Began::Organization, &[]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_protocol::offer::{FIELDS, MAX_HINT_CHARS, MAX_NAME_CHARS};

    #[test]
    fn built_in_templates_make_valid_offers() {
        for template in built_in() {
            assert!(FIELDS.contains(&template.fields.len()) || template.id == FROM_SCRATCH);
            for field in template.fields {
                assert!(field.name.len() <= MAX_NAME_CHARS && field.hint.len() <= MAX_HINT_CHARS);
            }
        }
    }
}
