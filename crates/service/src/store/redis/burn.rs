//! Ends sessions whose last step may be lost with the server that took it.

use super::Inner;
use super::layout::Bucket;
use super::scripts::{Name, steps};
use crate::store::MAX_LIFE_MS;
use countersign_protocol::SessionId;
use countersign_protocol::stage::Step;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Sees to it that the session is over, for as long as it could last. Returns at once.
pub(super) fn burn(store: &Arc<Inner>, bucket: Bucket, id: SessionId) {
    let store = store.clone();
    tokio::spawn(async move {
        let until = Instant::now() + Duration::from_millis(MAX_LIFE_MS.unsigned_abs());
        while Instant::now() < until {
            let args = [id.to_string(), steps(Step::Cancel)];
            if store.run(bucket, Name::Burn, args, true).await.is_ok() {
                tracing::warn!("a session was ended: its last step was not acknowledged");
                return;
            }
            sleep(PAUSE).await;
        }
    });
}
