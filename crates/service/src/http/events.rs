//! The agent's event stream (server-sent events). An event is stored in the transaction that caused it, so a stream that
//! breaks, or a service that restarts, loses and repeats nothing: the client says what it saw last.

use super::caller::Staying;
use super::problem::Failure;
use super::{App, digits};
use crate::limits::Going;
use crate::meters::Lasting;
use crate::store::{Key, StoredEvent, Wake};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use countersign_protocol::wire::AgentEvent;
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// How often a quiet stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What happens to the agent's sessions, as it happens (server-sent events).
#[utoipa::path(get,
    path = "/events",
    tag = "agent",
    security(("agent" = [])),
    params(("last-event-id" = Option<u64>, Header, description = "Go on after this event: an id of the last 20 minutes, or 0 or a number beyond the newest for all of them")),
    responses((status = 200, description = "Each event has a name, an id that counts from 1 without gaps, and as its data an `AgentEvent` without the member `event`, which is the name. A comment comes every 15 s", body = AgentEvent, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["malformed", "too_many"]))))]
pub(super) async fn stream(
    State(app): State<App>,
    caller: Staying,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let agent = caller.agent.profile.id.clone();
    let going = app.limiter.stream(&agent)?;
    let wake = app.store.wakes().subscribe(Key::Agent(agent.clone()));
    let newest = app.store.newest_event(agent.clone()).await.map_err(Failure::for_agent)?;
    let after = match headers.get("last-event-id") {
        Some(id) => {
            let id = id.to_str().ok().and_then(digits);
            let id =
                id.ok_or_else(|| Failure::Malformed("Last-Event-ID is not an id of this stream".to_owned()))?;
            // An id from another life of this database: rather all that is kept than nothing until the count gets there.
            if id > newest { 0 } else { id }
        }
        None => newest,
    };
    let stopping = app.stopping.clone();
    let counted = app.meters.stream();
    let feed = Feed {
        _counted: (counted, going),
        app,
        caller,
        agent,
        after,
        wake,
        ready: VecDeque::new(),
        stopping,
    };
    let events = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        let sent = Event::default().id(event.seq.to_string()).event(event.name).data(event.data);
        Some((Ok(sent), feed))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One agent's stream.
struct Feed {
    _counted: (Lasting, Going<String>),
    app: App,
    caller: Staying,
    agent: String,
    after: u64,
    wake: Wake,
    ready: VecDeque<StoredEvent>,
    stopping: watch::Receiver<bool>,
}

impl Feed {
    /// The next event; none when the service stops or its store fails, and the client comes back; none either once the token
    /// is void, and the client is not let in again.
    async fn next(&mut self) -> Option<StoredEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.after = event.seq;
                return Some(event);
            }
            if !self.caller.is_good(&self.app).await {
                return None;
            }
            let Ok(events) = self.app.store.events_since(self.agent.clone(), self.after).await else {
                self.app.meters.store_failed();
                return None;
            };
            self.ready = events.into();
            if self.ready.is_empty() {
                tokio::select! {
                    () = self.wake.changed() => {}
                    () = self.caller.changed() => {}
                    _ = self.stopping.wait_for(|stop| *stop) => return None,
                }
            }
        }
    }
}
