//! Everything a person reads that does not come from the window's own catalogues: the tray, notifications, built-in templates,
//! the message with the link. One Fluent file a language stands beside this module; plural forms are the library's (CLDR's).
//!
//! A [`Line`] names a message, so that one that is missing does not compile on this side and fails a test on the other.

use crate::view::Language;
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentArgs;

/// The languages there is a catalogue of.
pub const SPOKEN: [Language; 6] =
    [Language::En, Language::Fr, Language::De, Language::Es, Language::Pt, Language::Ar];

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the catalogues are their own explanation
pub enum Line {
    TrayQuickSession,
    TrayOpen,
    TrayHistory,
    TrayPause,
    TrayQuit,
    NoticeOpen,
    NoticeAbout,
    NoticeRevealUnlocked,
    NoticeValueRefused,
    NoticeRelaySuspected,
    NoticeLinkTriedAgain,
    NoticeMismatched,
    TemplatePhone,
    TemplateEmail,
    TemplateCustomer,
    TemplateOrder,
    TemplateBirthPostcode,
    TemplateScratch,
    FieldPhone,
    FieldEmail,
    FieldCustomer,
    FieldOrder,
    FieldBirth,
    FieldPostcode,
    Message,
}

impl Line {
    /// The message's name in the catalogues.
    const fn id(self) -> &'static str {
        match self {
            Self::TrayQuickSession => "tray-quick-session",
            Self::TrayOpen => "tray-open",
            Self::TrayHistory => "tray-history",
            Self::TrayPause => "tray-pause",
            Self::TrayQuit => "tray-quit",
            Self::NoticeOpen => "notice-open",
            Self::NoticeAbout => "notice-about",
            Self::NoticeRevealUnlocked => "notice-reveal-unlocked",
            Self::NoticeValueRefused => "notice-value-refused",
            Self::NoticeRelaySuspected => "notice-relay-suspected",
            Self::NoticeLinkTriedAgain => "notice-link-tried-again",
            Self::NoticeMismatched => "notice-mismatched",
            Self::TemplatePhone => "template-phone",
            Self::TemplateEmail => "template-email",
            Self::TemplateCustomer => "template-customer",
            Self::TemplateOrder => "template-order",
            Self::TemplateBirthPostcode => "template-birth-postcode",
            Self::TemplateScratch => "template-scratch",
            Self::FieldPhone => "field-phone",
            Self::FieldEmail => "field-email",
            Self::FieldCustomer => "field-customer",
            Self::FieldOrder => "field-order",
            Self::FieldBirth => "field-birth",
            Self::FieldPostcode => "field-postcode",
            Self::Message => "message",
        }
    }
}

/// The language to speak: the one chosen, or else the system's, if we speak it, or else English. Never [`Language::System`].
pub fn resolve(chosen: Language, locale: &str) -> Language {
    if chosen != Language::System {
        return chosen;
    }
    match locale.split(['-', '_', '.', '@']).next().unwrap_or_default() {
        "fr" => Language::Fr,
        "de" => Language::De,
        "es" => Language::Es,
        "pt" => Language::Pt,
        "ar" => Language::Ar,
        _ => Language::En,
    }
}

/// A sentence that has nothing to fill in.
pub fn say(language: Language, line: Line) -> String {
    format(language, line, None, None)
}

/// What is said with a sentence: a notice's body, a field's hint. The catalogues call it `text` or `hint`.
pub fn say_more(language: Language, line: Line, attribute: &str) -> String {
    format(language, line, Some(attribute), None)
}

/// A sentence with something filled in.
pub fn say_with(language: Language, line: Line, arguments: &FluentArgs<'_>) -> String {
    format(language, line, None, Some(arguments))
}

fn format(
    language: Language,
    line: Line,
    attribute: Option<&str>,
    arguments: Option<&FluentArgs<'_>>,
) -> String {
    let bundle = catalogue(language);
    let message = bundle.get_message(line.id());
    let pattern = message.and_then(|message| match attribute {
        None => message.value(),
        Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
    });
    // A test holds every catalogue to every line; nothing is missing here.
    let Some(pattern) = pattern else { return line.id().to_owned() };
    bundle.format_pattern(pattern, arguments, &mut Vec::new()).into_owned()
}

type Catalogue = FluentBundle<FluentResource>;

/// The catalogue of a language, read when it is first spoken.
fn catalogue(language: Language) -> &'static Catalogue {
    static CATALOGUES: [OnceLock<Catalogue>; 6] = [const { OnceLock::new() }; 6];
    let [en, fr, de, es, pt, ar] = &CATALOGUES;
    match language {
        Language::System | Language::En => en.get_or_init(|| read("en", include_str!("en.ftl"))),
        Language::Fr => fr.get_or_init(|| read("fr", include_str!("fr.ftl"))),
        Language::De => de.get_or_init(|| read("de", include_str!("de.ftl"))),
        Language::Es => es.get_or_init(|| read("es", include_str!("es.ftl"))),
        Language::Pt => pt.get_or_init(|| read("pt", include_str!("pt.ftl"))),
        Language::Ar => ar.get_or_init(|| read("ar", include_str!("ar.ftl"))),
    }
}

fn read(language: &str, text: &str) -> Catalogue {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolating marks would stand in links, and would turn an SMS into twice as many.
    bundle.set_use_isolating(false);
    // The catalogues are ours and a test reads them whole: what could be read of a broken one is used.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, _)| readable);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
    use fluent_syntax::parser;
    use std::collections::{BTreeMap, BTreeSet};

    const SOURCES: [(Language, &str); 6] = [
        (Language::En, include_str!("en.ftl")),
        (Language::Fr, include_str!("fr.ftl")),
        (Language::De, include_str!("de.ftl")),
        (Language::Es, include_str!("es.ftl")),
        (Language::Pt, include_str!("pt.ftl")),
        (Language::Ar, include_str!("ar.ftl")),
    ];
    const LINES: [Line; 25] = [
        Line::TrayQuickSession,
        Line::TrayOpen,
        Line::TrayHistory,
        Line::TrayPause,
        Line::TrayQuit,
        Line::NoticeOpen,
        Line::NoticeAbout,
        Line::NoticeRevealUnlocked,
        Line::NoticeValueRefused,
        Line::NoticeRelaySuspected,
        Line::NoticeLinkTriedAgain,
        Line::NoticeMismatched,
        Line::TemplatePhone,
        Line::TemplateEmail,
        Line::TemplateCustomer,
        Line::TemplateOrder,
        Line::TemplateBirthPostcode,
        Line::TemplateScratch,
        Line::FieldPhone,
        Line::FieldEmail,
        Line::FieldCustomer,
        Line::FieldOrder,
        Line::FieldBirth,
        Line::FieldPostcode,
        Line::Message,
    ];

    /// Every message and attribute of a catalogue, with the variables it names.
    fn shape(text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let resource = parser::parse(text).expect("a catalogue that cannot be read whole");
        let mut shape = BTreeMap::new();
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let own = message.value.iter().map(|value| (message.id.name.to_owned(), value));
            let attributes = message
                .attributes
                .iter()
                .map(|attribute| (format!("{}.{}", message.id.name, attribute.id.name), &attribute.value));
            for (name, pattern) in own.chain(attributes) {
                let known = shape.insert(name.clone(), variables(pattern));
                assert!(known.is_none(), "{name} stands twice");
            }
        }
        shape
    }

    fn variables(pattern: &Pattern<&str>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for element in &pattern.elements {
            match element {
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => {
                    found.insert(id.name.to_owned());
                }
                PatternElement::Placeable {
                    expression:
                        Expression::Select { selector: InlineExpression::VariableReference { id }, variants },
                } => {
                    found.insert(id.name.to_owned());
                    found.extend(variants.iter().flat_map(|variant| variables(&variant.value)));
                }
                _ => {}
            }
        }
        found
    }

    #[test]
    fn no_catalogue_misses_a_message_an_attribute_or_a_variable() {
        let english = shape(SOURCES[0].1);
        for (language, text) in SOURCES {
            assert_eq!(shape(text), english, "{language:?}");
        }
        let messages: BTreeSet<_> = english.keys().filter(|name| !name.contains('.')).cloned().collect();
        let lines: BTreeSet<_> = LINES.iter().map(|line| line.id().to_owned()).collect();
        assert_eq!(messages, lines, "what the program says and what the catalogues hold");
    }

    #[test]
    fn nothing_is_left_in_english() {
        let english = say(Language::En, Line::Message);
        for language in SPOKEN {
            assert!(language == Language::En || say(language, Line::Message) != english);
            for line in LINES {
                let said = say(language, line);
                assert!(!said.is_empty() && said != line.id(), "{language:?} {line:?}");
                let same = said == say(Language::En, line);
                // A sign between two variables is no sentence.
                assert!(
                    !same || language == Language::En || line == Line::NoticeAbout,
                    "{language:?} {line:?}"
                );
            }
        }
    }

    #[test]
    fn minutes_are_counted_as_each_language_counts() {
        let minutes = |language, n: u64| {
            let mut arguments = FluentArgs::new();
            arguments.set("minutes", n);
            say_with(language, Line::Message, &arguments)
        };
        for (language, n, form) in [
            (Language::En, 1, "1 minute,"),
            (Language::En, 2, "2 minutes,"),
            (Language::Fr, 0, "0 minute,"),
            (Language::Fr, 2, "2 minutes,"),
            (Language::De, 1, "1 Minute,"),
            (Language::De, 15, "15 Minuten,"),
            (Language::Es, 1, "1 minuto,"),
            (Language::Pt, 5, "5 minutos,"),
            (Language::Ar, 1, "دقيقة واحدة"),
            (Language::Ar, 2, "دقيقتين"),
            (Language::Ar, 5, "5 دقائق"),
            (Language::Ar, 15, "15 دقيقة"),
        ] {
            assert!(minutes(language, n).contains(form), "{}", minutes(language, n));
        }
    }

    #[test]
    fn the_system_says_the_language() {
        for (locale, language) in [
            ("fr_FR.UTF-8", Language::Fr),
            ("ar", Language::Ar),
            ("pt-BR", Language::Pt),
            ("C", Language::En),
            ("ja_JP", Language::En),
        ] {
            assert_eq!(resolve(Language::System, locale), language);
        }
        assert_eq!(resolve(Language::De, "fr"), Language::De);
    }
}
