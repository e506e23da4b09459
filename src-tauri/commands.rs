//! What the window may call, one line of work each: pass the arguments to the engine, return what it answers. The list in
//! `crates/agent/src/bindings.rs` has one entry for each, from which the window's TypeScript is generated.

use countersign_agent::Handle;
use countersign_agent::view::{
    Copied, ExportFormat, Exported, Fill, HistoryPage, HistoryQuery, HistorySummary, Imported, Integrity,
    Language, Message, Preferences, Qr, ReadingView, Refused, Revealed, StartRequest, SubjectWarning,
    TemplateDraft, View,
};
use countersign_protocol::Kind;
use tauri::ipc::Invoke;
use tauri::{State, Wry, command};
use zeroize::Zeroizing;

type Answer<T> = Result<T, Refused>;

/// All commands.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        view,
        start,
        read_value,
        copy_link,
        open_link,
        set_prefill,
        reveal,
        extend,
        recreate,
        cancel,
        dismiss,
        message,
        copy_message,
        qr,
        check_subject,
        take_fill,
        set_preferences,
        save_template,
        delete_template,
        favour_template,
        move_template,
        export_templates,
        import_templates,
        history,
        history_summary,
        export_history,
        verify_history,
        ask_keyring,
        enroll,
        leave
    ]
}

#[command]
async fn view(engine: State<'_, Handle>) -> Answer<View> {
    engine.view().await
}

#[command]
async fn start(engine: State<'_, Handle>, request: StartRequest) -> Answer<String> {
    engine.start(request).await
}

#[command]
async fn read_value(engine: State<'_, Handle>, kind: Kind, value: Zeroizing<String>) -> Answer<ReadingView> {
    engine.read_value(kind, value).await
}

#[command]
async fn copy_link(engine: State<'_, Handle>, session: String) -> Answer<Copied> {
    engine.copy_link(session).await
}

#[command]
async fn open_link(engine: State<'_, Handle>, session: String) -> Answer<()> {
    engine.open_link(session).await
}

#[command]
async fn set_prefill(engine: State<'_, Handle>, session: String, on: bool) -> Answer<()> {
    engine.set_prefill(session, on).await
}

#[command]
async fn reveal(engine: State<'_, Handle>, session: String) -> Answer<Revealed> {
    engine.reveal(session).await
}

#[command]
async fn extend(engine: State<'_, Handle>, session: String) -> Answer<()> {
    engine.extend(session).await
}

#[command]
async fn recreate(engine: State<'_, Handle>, session: String) -> Answer<String> {
    engine.recreate(session).await
}

#[command]
async fn cancel(engine: State<'_, Handle>, session: String) -> Answer<()> {
    engine.cancel(session).await
}

#[command]
async fn dismiss(engine: State<'_, Handle>, session: String) -> Answer<()> {
    engine.dismiss(session).await
}

#[command]
async fn message(engine: State<'_, Handle>, session: String, language: Language) -> Answer<Message> {
    engine.message(session, language).await
}

#[command]
async fn copy_message(engine: State<'_, Handle>, session: String, language: Language) -> Answer<Copied> {
    engine.copy_message(session, language).await
}

#[command]
async fn qr(engine: State<'_, Handle>, session: String) -> Answer<Qr> {
    engine.qr(session).await
}

#[command]
async fn check_subject(engine: State<'_, Handle>, subject: String) -> Answer<Option<SubjectWarning>> {
    engine.check_subject(subject).await
}

#[command]
async fn take_fill(engine: State<'_, Handle>) -> Answer<Option<Fill>> {
    engine.take_fill().await
}

#[command]
async fn set_preferences(engine: State<'_, Handle>, preferences: Preferences) -> Answer<()> {
    engine.set_preferences(preferences).await
}

#[command]
async fn save_template(engine: State<'_, Handle>, draft: TemplateDraft) -> Answer<String> {
    engine.save_template(draft).await
}

#[command]
async fn delete_template(engine: State<'_, Handle>, template: String) -> Answer<()> {
    engine.delete_template(template).await
}

#[command]
async fn favour_template(engine: State<'_, Handle>, template: String, on: bool) -> Answer<()> {
    engine.favour_template(template, on).await
}

#[command]
async fn move_template(engine: State<'_, Handle>, template: String, before: Option<String>) -> Answer<()> {
    engine.move_template(template, before).await
}

#[command]
async fn export_templates(engine: State<'_, Handle>) -> Answer<Exported> {
    engine.export_templates().await
}

#[command]
async fn import_templates(engine: State<'_, Handle>, text: Zeroizing<String>) -> Answer<Imported> {
    engine.import_templates(text).await
}

#[command]
async fn history(
    engine: State<'_, Handle>,
    query: HistoryQuery,
    before: Option<i64>,
    limit: u32,
) -> Answer<HistoryPage> {
    engine.history(query, before, limit).await
}

#[command]
async fn history_summary(engine: State<'_, Handle>, query: HistoryQuery) -> Answer<HistorySummary> {
    engine.history_summary(query).await
}

#[command]
async fn export_history(
    engine: State<'_, Handle>,
    query: HistoryQuery,
    format: ExportFormat,
) -> Answer<Exported> {
    engine.export_history(query, format).await
}

#[command]
async fn verify_history(engine: State<'_, Handle>) -> Answer<Integrity> {
    engine.verify_history().await
}

#[command]
async fn ask_keyring(engine: State<'_, Handle>) -> Answer<()> {
    engine.ask_keyring().await
}

#[command]
async fn enroll(engine: State<'_, Handle>, link: Zeroizing<String>) -> Answer<()> {
    engine.enroll(link).await
}

#[command]
async fn leave(engine: State<'_, Handle>) -> Answer<()> {
    engine.leave().await
}
