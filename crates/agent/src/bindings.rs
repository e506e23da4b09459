//! Writes `ui/src/bindings.ts` from [`crate::view`], and fails when the file in the tree is not what the types say.
//!
//! `UPDATE_BINDINGS=1 cargo test -p countersign-agent bindings` writes it.

use crate::view;
use countersign_protocol::{Began, Kind};
use std::fmt::Write as _;
use ts_rs::{Config, TS};

/// A command of the seam: its name, its arguments (name and type), what it answers.
type Command = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// `src-tauri/commands.rs` has one of each.
const COMMANDS: &[Command] = &[
    ("view", &[], "View"),
    ("start", &[("request", "StartRequest")], "string"),
    ("read_value", &[("kind", "Kind"), ("value", "string")], "ReadingView"),
    ("copy_link", &[("session", "string")], "Copied"),
    ("open_link", &[("session", "string")], "null"),
    ("set_prefill", &[("session", "string"), ("on", "boolean")], "null"),
    ("reveal", &[("session", "string")], "Revealed"),
    ("extend", &[("session", "string")], "null"),
    ("recreate", &[("session", "string")], "string"),
    ("cancel", &[("session", "string")], "null"),
    ("dismiss", &[("session", "string")], "null"),
    ("message", &[("session", "string"), ("language", "Language")], "Message"),
    ("copy_message", &[("session", "string"), ("language", "Language")], "Copied"),
    ("qr", &[("session", "string")], "Qr"),
    ("check_subject", &[("subject", "string")], "SubjectWarning | null"),
    ("take_fill", &[], "Fill | null"),
    ("set_preferences", &[("preferences", "Preferences")], "null"),
    ("save_template", &[("draft", "TemplateDraft")], "string"),
    ("delete_template", &[("template", "string")], "null"),
    ("favour_template", &[("template", "string"), ("on", "boolean")], "null"),
    ("move_template", &[("template", "string"), ("before", "string | null")], "null"),
    ("export_templates", &[], "Exported"),
    ("import_templates", &[("text", "string")], "Imported"),
    (
        "history",
        &[("query", "HistoryQuery"), ("before", "number | null"), ("limit", "number")],
        "HistoryPage",
    ),
    ("history_summary", &[("query", "HistoryQuery")], "HistorySummary"),
    ("export_history", &[("query", "HistoryQuery"), ("format", "ExportFormat")], "Exported"),
    ("verify_history", &[], "Integrity"),
    ("ask_keyring", &[], "null"),
    ("enroll", &[("link", "string")], "null"),
    ("leave", &[], "null"),
];

fn typescript() -> String {
    let cfg = Config::new().with_large_int("number");
    let union =
        |names: Vec<String>| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" | ");
    let mut out = String::from(
        "// Generated from crates/agent/src/view.rs: UPDATE_BINDINGS=1 cargo test -p countersign-agent bindings\n\
         // Do not edit.\n\nimport { invoke } from \"@tauri-apps/api/core\";\n\n",
    );
    let kinds = union(Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect());
    let began =
        union([Began::Organization, Began::Recipient].iter().map(|b| b.as_str().to_owned()).collect());
    let _ = writeln!(out, "export type Kind = {kinds};\nexport type Began = {began};");
    for declaration in [
        view::View::decl(&cfg),
        view::Connection::decl(&cfg),
        view::Identity::decl(&cfg),
        view::Warning::decl(&cfg),
        view::Preferences::decl(&cfg),
        view::Language::decl(&cfg),
        view::Theme::decl(&cfg),
        view::Fill::decl(&cfg),
        view::SubjectWarning::decl(&cfg),
        view::Message::decl(&cfg),
        view::Qr::decl(&cfg),
        view::SessionView::decl(&cfg),
        view::Allowed::decl(&cfg),
        view::Progress::decl(&cfg),
        view::Outcome::decl(&cfg),
        view::FieldSpec::decl(&cfg),
        view::Template::decl(&cfg),
        view::TemplateSource::decl(&cfg),
        view::TemplateDraft::decl(&cfg),
        view::Imported::decl(&cfg),
        view::Exported::decl(&cfg),
        view::HistoryQuery::decl(&cfg),
        view::ExportFormat::decl(&cfg),
        view::HistorySummary::decl(&cfg),
        view::HistoryDay::decl(&cfg),
        view::Integrity::decl(&cfg),
        view::TemplateName::decl(&cfg),
        view::StartRequest::decl(&cfg),
        view::FieldEntry::decl(&cfg),
        view::ReadingView::decl(&cfg),
        view::Revealed::decl(&cfg),
        view::Copied::decl(&cfg),
        view::HistoryPage::decl(&cfg),
        view::HistoryRow::decl(&cfg),
        view::Refused::decl(&cfg),
        view::RefusedCode::decl(&cfg),
    ] {
        let _ = writeln!(out, "export {declaration}");
    }
    out.push_str("\n/** Every command; each rejects with a `Refused`. */\nexport const commands = {\n");
    for (name, arguments, answer) in COMMANDS {
        let parameters: Vec<_> = arguments.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        let names: Vec<_> = arguments.iter().map(|(name, _)| *name).collect();
        let passed = if names.is_empty() { String::new() } else { format!(", {{ {} }}", names.join(", ")) };
        let _ = writeln!(
            out,
            "  {}: ({}): Promise<{answer}> => invoke(\"{name}\"{passed}),",
            camel_case(name),
            parameters.join(", "),
        );
    }
    out.push_str("} as const;\n");
    out
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (head, tail) = word.split_at(1);
        out.push_str(&head.to_uppercase());
        out.push_str(tail);
    }
    out
}

#[test]
fn bindings_are_not_stale() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/bindings.ts");
    let fresh = typescript();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == fresh,
        "ui/src/bindings.ts is stale: run UPDATE_BINDINGS=1 cargo test -p countersign-agent bindings"
    );
}
