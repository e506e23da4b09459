//! What the window may call, one line of work each: pass the arguments to the engine, return what it answers. The list in
//! `crates/agent/src/bindings.rs` has one entry for each, from which the window's TypeScript is generated.

use countersign_agent::Handle;
use countersign_agent::view::{Copied, HistoryPage, ReadingView, Refused, Revealed, StartRequest, View};
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
        history,
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
async fn history(engine: State<'_, Handle>, before: Option<i64>, limit: u32) -> Answer<HistoryPage> {
    engine.history(before, limit).await
}

#[command]
async fn enroll(engine: State<'_, Handle>, link: Zeroizing<String>) -> Answer<()> {
    engine.enroll(link).await
}

#[command]
async fn leave(engine: State<'_, Handle>) -> Answer<()> {
    engine.leave().await
}
