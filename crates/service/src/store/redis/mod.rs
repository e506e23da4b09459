//! Sessions in Redis or Valkey, one server or a cluster, for any number of nodes of the service.
//!
//! - [`layout`]: where things lie, and why there
//! - [`scripts`], `lua/`: each verb is one script on one slot
//! - [`servers`], [`topology`], [`link`], [`connect`]: which server, and calls on it
//! - [`listener`]: wakes those who wait
//! - [`outbox`]: hands what remains of sessions over to the history
//! - [`clock`]: one time for all nodes
//!
//! Where there are replicas, nobody is told anything that a replica has not acknowledged: neither who changes something nor who
//! reads it, for what is read stands behind a write of the same script (a fence) and its `WAIT`. After a failover, then, nothing
//! is undone that anybody has seen: no link opens twice, no event's number is given again. An open or an answer that was sent
//! and not acknowledged is burned: whoever sent it is told that the service is not available, and the session is ended on
//! whichever server holds it by then.
//!
//! Times are the service's clock's, handed to each script as an argument, and decide; the store's own expiry only clears away.

mod burn;
mod calls;
mod clock;
mod connect;
mod layout;
mod link;
mod listener;
mod numbers;
mod options;
mod outbox;
mod pointers;
mod reply;
mod scripts;
mod servers;
mod topology;

pub use options::{RedisOptions, RedisStartError, RedisUrl, RedisUrls};

use crate::audit::Audit;
use crate::clock::{Clock, Millis};
use crate::secret;
use crate::store::Wakes;
use clock::StoreClock;
use layout::Bucket;
use link::Lost;
use listener::Pulse;
use pointers::Pointers;
use redis::{ToRedisArgs, Value};
use scripts::Name;
use servers::Servers;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The store. Dropped, what it does beside ends.
pub struct RedisStore {
    inner: Arc<Inner>,
    beside: Vec<JoinHandle<()>>,
}

/// What verbs work with.
struct Inner {
    servers: Servers,
    clock: Arc<dyn Clock>,
    wakes: Wakes,
    pulse: Arc<Pulse>,
    pointers: Pointers,
    /// This process's name among nodes.
    node: String,
}

impl Drop for RedisStore {
    fn drop(&mut self) {
        self.beside.iter().for_each(JoinHandle::abort);
    }
}

impl RedisStore {
    /// Finds the servers. Times are `clock`'s unless the options say the store's; what remains of sessions goes to `audit`.
    pub async fn connect(
        options: &RedisOptions,
        clock: Arc<dyn Clock>,
        audit: Arc<dyn Audit>,
    ) -> Result<Self, RedisStartError> {
        let servers = Servers::find(options).await?;
        let no_answer = || RedisStartError::NoAnswer("the addresses given".to_owned());
        let mut beside = Vec::new();
        let clock = if options.store_time {
            let (clock, following) = StoreClock::follow(servers.clone()).await.ok_or_else(no_answer)?;
            beside.push(following);
            clock as Arc<dyn Clock>
        } else {
            clock
        };
        let node = secret::draw_id().map_err(|_| no_answer())?;
        let (wakes, pulse, pointers) = (Wakes::default(), Arc::new(Pulse::default()), Pointers::default());
        let inner = Arc::new(Inner { servers, clock, wakes, pulse, pointers, node });
        let listening = listener::listen(inner.servers.clone(), inner.wakes.clone(), inner.pulse.clone());
        beside.push(tokio::spawn(listening));
        beside.push(tokio::spawn(inner.servers.clone().look_again()));
        beside.push(tokio::spawn(outbox::hand_over(inner.clone(), audit)));
        Ok(Self { inner, beside })
    }

    /// The clock that its sessions go by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock.clone()
    }
}

impl Inner {
    fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Runs a script in a bucket.
    async fn run<A: ToRedisArgs>(
        &self,
        bucket: Bucket,
        name: Name,
        args: impl IntoIterator<Item = A>,
        acknowledged: bool,
    ) -> Result<Value, Lost> {
        let connector = self.servers.connector();
        let mut command = connector.scripts().call(name, &bucket.prefix());
        let fenced = u8::from(connector.replicas() != 0);
        command.arg(self.now()).arg(self.servers.publish()).arg(fenced);
        for arg in args {
            command.arg(arg);
        }
        self.servers.call(bucket, command, acknowledged).await
    }
}
