//! What a session can be started from: built-in templates, the organization's, and the user's own ([`TemplateBook`]).
//!
//! No built-in one asks for a name with a date of birth alone: both are too easily known.

mod book;

pub use book::{BookError, TemplateBook};
pub(crate) use book::{read_whole, write_whole};

use crate::text::{Line, say, say_more};
use crate::view::{FieldSpec, Language, Template, TemplateSource};
use countersign_protocol::{Began, Kind};

/// The id of the template without fields.
pub const FROM_SCRATCH: &str = "scratch";

/// Built-in templates in a language, in the order of the picker.
pub fn built_in(language: Language) -> Vec<Template> {
    let template = |id: &str, name, began, fields: &[(Line, Kind)]| Template {
        id: id.to_owned(),
        name: say(language, name),
        began,
        source: TemplateSource::BuiltIn,
        favourite: false,
        fields: fields.iter().map(|(name, kind)| field(language, *name, *kind)).collect(),
    };
    let (ours, theirs) = (Began::Organization, Began::Recipient);
    vec![
        template("phone", Line::TemplatePhone, ours, &[(Line::FieldPhone, Kind::Phone)]),
        template("email", Line::TemplateEmail, ours, &[(Line::FieldEmail, Kind::Email)]),
        template("customer", Line::TemplateCustomer, theirs, &[(Line::FieldCustomer, Kind::Code)]),
        template("order", Line::TemplateOrder, theirs, &[(Line::FieldOrder, Kind::Code)]),
        template(
            "birth-postcode",
            Line::TemplateBirthPostcode,
            ours,
            &[(Line::FieldBirth, Kind::Date), (Line::FieldPostcode, Kind::Code)],
        ),
        template(FROM_SCRATCH, Line::TemplateScratch, ours, &[]),
    ]
}

/// Puts the words of a built-in template's fields into a language, for a recipient who speaks another than the agent.
pub fn put_into(language: Language, id: &str, fields: &mut [FieldSpec]) {
    let Some(template) = built_in(language).into_iter().find(|template| template.id == id) else { return };
    let kinds = |fields: &[FieldSpec]| fields.iter().map(|field| field.kind).collect::<Vec<_>>();
    if kinds(fields) == kinds(&template.fields) {
        fields.clone_from_slice(&template.fields);
    }
}

fn field(language: Language, name: Line, kind: Kind) -> FieldSpec {
    FieldSpec { name: say(language, name), kind, hint: say_more(language, name, "hint") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SPOKEN;
    use countersign_protocol::offer::{FIELDS, MAX_HINT_CHARS, MAX_NAME_CHARS};

    #[test]
    fn built_in_templates_make_valid_offers() {
        for template in SPOKEN.into_iter().flat_map(built_in) {
            assert!(FIELDS.contains(&template.fields.len()) || template.id == FROM_SCRATCH);
            for field in template.fields {
                assert!(field.name.chars().count() <= MAX_NAME_CHARS, "{}", field.name);
                assert!(field.hint.chars().count() <= MAX_HINT_CHARS, "{}", field.hint);
            }
        }
    }
}
