//! What the user makes their own, and what history answers.

use crate::customer::Customer;
use crate::recorder::Keyring;
use crate::table::{self, PHONE, request};
use countersign_agent::view::{
    ExportFormat, FieldSpec, Fill, HistoryQuery, Integrity, Language, Outcome, Preferences, Progress,
    RefusedCode, SubjectWarning, TemplateDraft, TemplateSource, Theme,
};
use countersign_protocol::wire::{Empty, OpenedSession};
use countersign_protocol::{Began, Kind};
use reqwest::Method;
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[tokio::test(flavor = "multi_thread")]
async fn preferences_come_into_force_and_survive_a_restart() {
    let mut table = table::lay().await;
    let chosen =
        Preferences { theme: Theme::Dark, language: Language::Ar, ttl_secs: 300, ..Preferences::default() };
    table.engine.set_preferences(chosen.clone()).await.unwrap();
    assert_eq!(table.desktop.adopted.lock().unwrap().last(), Some(&chosen));
    // A shortcut another program has: said, and the old one stays.
    let taken = Preferences { shortcut: "Ctrl+Alt+Delete".into(), ..chosen.clone() };
    assert_eq!(table.engine.set_preferences(taken).await.err().unwrap().code, RefusedCode::Shortcut);
    assert_eq!(table.desktop.adopted.lock().unwrap().last(), Some(&chosen));
    let short = Preferences { ttl_secs: 29, ..chosen.clone() };
    assert_eq!(table.engine.set_preferences(short).await.err().unwrap().code, RefusedCode::OutOfBounds);
    table.start_again().await;
    assert_eq!(table.engine.view().await.unwrap().preferences, chosen);
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_can_be_paused_but_alarms_cannot() {
    let table = table::lay().await;
    table.engine.toggle_notifications().await.unwrap();
    let card = table.phone_session("", Began::Recipient).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    let confirmed = customer.answer(opened, Kind::Phone, PHONE, Began::Recipient).await.unwrap();
    customer.viewed(&confirmed).await;
    table.session(&card.id, |card| card.allowed.reveal).await;
    assert_eq!(table.desktop.told(), []);
    customer.say(false, true).await;
    table.session(&card.id, |card| card.outcome == Some(Outcome::Unexpected)).await;
    assert_eq!(table.desktop.told().len(), 1);
}

/// A built-in template's words, in the offer and in the message, are the agent's unless the customer speaks another language.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_asked_in_their_language() {
    let table = table::lay().await;
    for (language, name, word) in [
        (Language::System, "Numéro de téléphone", "vérifiez"),
        (Language::Es, "Número de teléfono", "compruebe"),
    ] {
        let mut request = request(Some("phone"), "", Kind::Phone, PHONE, Began::Recipient);
        request.language = language;
        let id = table.engine.start(request).await.unwrap();
        let card = table.session(&id, |_| true).await;
        assert_eq!(card.fields[0].name, name);
        let message = table.engine.message(id.clone(), Language::System).await;
        let customer = Customer::with(card.url.as_deref().unwrap());
        let opened: OpenedSession = customer.call(Method::POST, "open", &Empty {}).await.unwrap();
        assert_eq!(opened.offer.fields[0].name, name);
        let message = message.ok().unwrap();
        assert!(message.text.contains(word), "{}", *message.text);
        table.session(&id, |card| card.progress == Progress::Opened).await;
        assert!(
            table.engine.message(id, Language::De).await.is_err(),
            "once opened there is nothing to send"
        );
    }
    // What the user has named is as they named it.
    let mut own = request(None, "", Kind::Text, "x", Began::Recipient);
    own.language = Language::Es;
    let id = table.engine.start(own).await.unwrap();
    assert_eq!(table.session(&id, |_| true).await.fields[0].name, "Phone number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deep_link_fills_the_form_once_and_starts_nothing() {
    let table = table::lay().await;
    let link = "countersign://start?template=order&subject=Ticket-4812&value=A-77&began=recipient";
    table.engine.deep_link(link.to_owned().into());
    table.until(|view| view.fill_waiting).await;
    assert!(table.desktop.raised.load(Ordering::SeqCst));
    let Some(Fill::Start { template, value, .. }) = table.engine.take_fill().await.unwrap() else { panic!() };
    assert_eq!((template.as_deref(), value.unwrap().as_str()), (Some("order"), "A-77"));
    assert!(table.engine.take_fill().await.unwrap().is_none());
    assert!(table.engine.view().await.unwrap().sessions.is_empty());
    table.engine.deep_link("countersign://start?run=1".to_owned().into());
    assert!(matches!(table.engine.take_fill().await.unwrap(), Some(Fill::Malformed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcut_comes_back_to_the_last_template() {
    let table = table::lay().await;
    table.phone_session("", Began::Recipient).await;
    table.engine.fill(Fill::Start { template: None, subject: None, value: None, began: None });
    let Some(Fill::Start { template, .. }) = table.engine.take_fill().await.unwrap() else { panic!() };
    assert_eq!(template.as_deref(), Some("phone"));
}

#[tokio::test(flavor = "multi_thread")]
async fn message_and_code_carry_the_link_until_it_is_opened() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let url = card.url.clone().unwrap();
    let message = table.engine.message(card.id.clone(), Language::System).await.ok().unwrap();
    assert_eq!(message.language, Language::Fr);
    assert!(
        message.text.contains(&url) && message.text.contains("Demo") && message.text.contains("2 minutes")
    );
    table.engine.copy_message(card.id.clone(), Language::De).await.unwrap();
    assert!(table.desktop.clipboard.lock().unwrap().contains(&url));
    assert!(table.engine.qr(card.id.clone()).await.ok().unwrap().size > 20);
    Customer::with(&url).open().await.ok().unwrap();
    table.session(&card.id, |card| !card.allowed.copy).await;
    assert!(table.engine.message(card.id.clone(), Language::En).await.is_err());
    assert!(table.engine.qr(card.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_are_started_from_and_named_in_history() {
    let table = table::lay().await;
    let field = FieldSpec { name: "Phone number".into(), kind: Kind::Phone, hint: String::new() };
    let draft =
        TemplateDraft { id: None, name: "Callback".into(), fields: vec![field], began: Began::Recipient };
    let id = table.engine.save_template(draft).await.unwrap();
    let view = table.until(|view| view.templates.iter().any(|template| template.id == id)).await;
    assert!(view.templates.iter().any(|t| t.id == id && t.source == TemplateSource::Own));
    let start = request(Some(&id), "", Kind::Phone, PHONE, Began::Recipient);
    table.engine.start(start).await.unwrap();
    let query = HistoryQuery { template: Some("Callback".into()), ..HistoryQuery::default() };
    assert_eq!(table.engine.history(query, None, 10).await.unwrap().rows.len(), 1);
    let exported = table.engine.export_templates().await.unwrap();
    let text = std::fs::read_to_string(&exported.path).unwrap();
    assert_eq!(table.engine.import_templates(text.into()).await.unwrap().known, 1);
    table.engine.delete_template(id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_identifies_somebody_is_warned_of() {
    let table = table::lay().await;
    let check = |subject: &str| table.engine.check_subject(subject.to_owned());
    assert_eq!(check("Ticket 4812").await.unwrap(), None);
    assert_eq!(check("call (202) 555-0143").await.unwrap(), Some(SubjectWarning::Phone));
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_found_counted_exported_and_proved() {
    let mut table = table::lay().await;
    for subject in ["Ticket 4812", "Ticket 5000", "=HYPERLINK(1)"] {
        let card = table.phone_session(subject, Began::Organization).await;
        table.engine.cancel(card.id).await.unwrap();
    }
    let found = |text: &str| HistoryQuery { text: text.into(), ..HistoryQuery::default() };
    for (text, rows) in [
        ("ticket", 2),
        ("812", 1),
        ("tick 50", 1),
        ("phone", 3),
        ("nothing", 0),
        ("1", 2),
        ("=HYP", 1),
        ("\"", 3),
    ] {
        let page = table.engine.history(found(text), None, 10).await.unwrap();
        assert_eq!(page.rows.len(), rows, "{text}");
    }
    let cancelled = HistoryQuery { outcomes: vec![Outcome::Cancelled, Outcome::Matched], ..found("ticket") };
    let summary = table.engine.history_summary(cancelled.clone()).await.unwrap();
    assert_eq!((summary.count, summary.days.len(), summary.median_secs), (2, 1, None));
    assert_eq!(summary.templates, ["Numéro de téléphone"]);

    let csv = table.engine.export_history(HistoryQuery::default(), ExportFormat::Csv).await.unwrap();
    let text = std::fs::read_to_string(&csv.path).unwrap();
    assert_eq!(csv.count, 3);
    assert!(text.contains("'=HYPERLINK(1)") && !text.contains(",=HYPERLINK"), "{text}");
    let json = table.engine.export_history(cancelled, ExportFormat::Json).await.unwrap();
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(&json.path).unwrap()).unwrap();
    assert_eq!((rows.len(), rows[1]["subject"].as_str()), (2, Some("Ticket 4812")));

    assert_eq!(table.engine.verify_history().await.unwrap(), Integrity::Whole { records: 3, unsealed: 0 });
    table.start_again().await;
    assert_eq!(table.engine.verify_history().await.unwrap(), Integrity::Whole { records: 3, unsealed: 0 });
    table.keyring.locked.store(true, Ordering::SeqCst);
    assert_eq!(table.engine.verify_history().await.unwrap(), Integrity::KeyUnavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_sessions_run_and_history_says_it_is_not_sealed() {
    let keyring = Arc::new(Keyring::default());
    keyring.locked.store(true, Ordering::SeqCst);
    let table = table::lay_with(keyring).await;
    let card = table.phone_session("", Began::Organization).await;
    table.engine.cancel(card.id).await.unwrap();
    assert_eq!(table.engine.verify_history().await.unwrap(), Integrity::KeyUnavailable);
}
