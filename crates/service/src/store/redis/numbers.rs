//! Session numbers: who has which, within an organization.

use super::Inner;
use super::layout::{Bucket, numbered};
use super::reply::{Reply, broken, text};
use super::scripts::Name;
use crate::secret;
use crate::store::StoreError;
use countersign_protocol::SessionId;
use std::sync::Arc;

/// Tries to find a free session number before giving up; with a thousand live sessions one try in a thousand fails.
const NUMBER_TRIES: usize = 50;

impl Inner {
    /// A session number that is the session's from now on.
    pub(super) async fn claim_number(&self, org: &str, holder: &str) -> Result<String, StoreError> {
        for _ in 0..NUMBER_TRIES {
            let number = secret::below(1_000_000).map_err(|_| StoreError::Unavailable)?;
            let number = format!("{number:06}");
            let bucket = Bucket::of_number(org, &number);
            if self.claim(bucket, numbered(org, &number), holder.to_owned()).await? == *holder {
                return Ok(number);
            }
        }
        Err(StoreError::Unavailable)
    }

    /// Gives a number back. Nobody waits for that: one that is not given back is free again when no session can have it.
    pub(super) fn release(self: &Arc<Self>, org: String, number: String, id: SessionId) {
        let store = self.clone();
        tokio::spawn(async move {
            let agent = match store.pointers.get(&id) {
                Some(agent) => agent,
                None => match store.pointed(&id).await {
                    Ok(Some(agent)) => agent,
                    _ => return,
                },
            };
            let args = [numbered(&org, &number), holder(&agent, &id)];
            let _ = store.run(Bucket::of_number(&org, &number), Name::Release, args, false).await;
        });
    }

    /// As [`Self::release`], by whoever holds it.
    pub(super) fn release_held(self: &Arc<Self>, org: &str, number: &str, holder: String) {
        let (store, key, bucket) = (self.clone(), numbered(org, number), Bucket::of_number(org, number));
        tokio::spawn(async move { drop(store.run(bucket, Name::Release, [key, holder], false).await) });
    }

    /// The session that has this number and waits.
    pub(super) async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError> {
        let bucket = Bucket::of_number(&org, &number);
        let mut get = redis::cmd("GET");
        get.arg(format!("{}{}", bucket.prefix(), numbered(&org, &number)));
        let found = self.servers.call(bucket, get, false).await.map_err(|_| StoreError::Unavailable)?;
        let found = text(&found).ok_or(StoreError::NoSuchSession)?;
        let (id, agent) = found.split_once(' ').ok_or_else(broken)?;
        let args = [id, &org, &number];
        Reply::read(self.run(Bucket::of_agent(agent), Name::Numbered, args, true).await)?;
        id.parse().map_err(|_| broken())
    }
}

/// Who holds a session number.
pub(super) fn holder(agent: &str, id: &SessionId) -> String {
    format!("{id} {agent}")
}
