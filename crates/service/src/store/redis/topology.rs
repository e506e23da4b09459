//! Which server is the primary of what. One server, or those of a cluster: several are asked, and the one that has seen the
//! latest epoch is believed, so that a primary that was cut off and comes back does not lead anybody to itself.

use super::connect::Connector;
use super::layout::{BUCKETS, Bucket};
use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, Value, cmd};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

/// How long a server may take to say what it knows.
const TOLD_WITHIN: Duration = Duration::from_millis(700);
/// How many are asked.
const ASKED: usize = 12;

/// Who holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topology {
    /// Each bucket's primary; none while its slot has none.
    pub(super) primaries: Vec<Option<String>>,
    /// Whether it is a cluster.
    pub(super) clustered: bool,
    /// Whether there are replicas.
    pub(super) replicated: bool,
    /// Everybody, to be asked the next time.
    pub(super) known: BTreeSet<String>,
}

/// What is so, by those of `known` and of the seeds who answer.
pub(super) async fn discover(connector: &Connector, known: &BTreeSet<String>) -> Option<Topology> {
    let mut asked: Vec<_> = connector.seeds().collect();
    asked.extend(known.iter().filter(|address| !asked.contains(address)).cloned().collect::<Vec<_>>());
    asked.truncate(ASKED);
    let answers = join_all(asked.iter().map(|address| timeout(TOLD_WITHIN, ask(connector, address)))).await;
    let answers: Vec<_> = answers.into_iter().filter_map(|answer| answer.ok()?.ok()).collect();
    // The members of a cluster hear of each other by and by: a replica that one of them knows is one, whoever has not heard of it.
    let replicated = answers.iter().any(|(_, topology)| topology.replicated);
    let (_, newest) = answers.into_iter().max_by_key(|(epoch, _)| *epoch)?;
    Some(Topology { replicated, ..newest })
}

/// What one server says, and how new it is.
async fn ask(connector: &Connector, address: &str) -> Result<(u64, Topology), RedisError> {
    let mut connection = connector.connect_bare(address).await?;
    let info: String = cmd("INFO").arg("cluster").query_async(&mut connection).await?;
    if info.contains("cluster_enabled:1") {
        return of_cluster(&mut connection, address).await;
    }
    let Role::Primary { replicated } = role(&mut connection).await? else {
        return Err(unusable("it is a replica"));
    };
    let primaries = vec![Some(address.to_owned()); BUCKETS.into()];
    let known = BTreeSet::from([address.to_owned()]);
    Ok((0, Topology { primaries, clustered: false, replicated, known }))
}

/// What a server is of itself.
enum Role {
    Primary { replicated: bool },
    Replica,
}

async fn role(connection: &mut MultiplexedConnection) -> Result<Role, RedisError> {
    let told: Vec<Value> = cmd("ROLE").query_async(connection).await?;
    if !matches!(told.first(), Some(Value::BulkString(role)) if role == b"master") {
        return Ok(Role::Replica);
    }
    let replicated = matches!(told.get(2), Some(Value::Array(replicas)) if !replicas.is_empty());
    Ok(Role::Primary { replicated })
}

fn unusable(why: &'static str) -> RedisError {
    (redis::ErrorKind::InvalidClientConfig, why).into()
}

async fn of_cluster(
    connection: &mut MultiplexedConnection,
    address: &str,
) -> Result<(u64, Topology), RedisError> {
    let subcommand = |name: &str| -> Cmd { cmd("CLUSTER").arg(name).take() };
    let info: String = subcommand("INFO").query_async(connection).await?;
    if !info.contains("cluster_state:ok") {
        return Err(unusable("its cluster is not whole"));
    }
    let epoch =
        info.lines().find_map(|line| line.strip_prefix("cluster_current_epoch:")?.trim().parse().ok());
    let ranges: Vec<Value> = subcommand("SLOTS").query_async(connection).await?;
    let ranges: Vec<_> = ranges.iter().filter_map(|range| Range::read(range, address)).collect();
    // A replica that has not heard anything yet is not among those of the slots, and one that this server has not heard of yet is not
    // among the nodes; each is one all the same.
    let is_replicated = !matches!(role(connection).await?, Role::Primary { replicated: false });
    let nodes: String = subcommand("NODES").query_async(connection).await?;
    let is_replica = |line: &str| line.split(' ').nth(2).is_some_and(|flags| flags.contains("slave"));
    let mut slots = redis::pipe();
    for bucket in Bucket::all() {
        slots.cmd("CLUSTER").arg("KEYSLOT").arg(bucket.prefix());
    }
    let slots: Vec<i64> = slots.query_async(connection).await?;
    let holder = |slot: &i64| {
        let range = ranges.iter().find(|range| (range.first..=range.last).contains(slot))?;
        range.nodes.first().cloned()
    };
    let topology = Topology {
        primaries: slots.iter().map(holder).collect(),
        clustered: true,
        replicated: is_replicated || nodes.lines().any(is_replica),
        known: ranges.iter().flat_map(|range| range.nodes.iter().cloned()).collect(),
    };
    Ok((epoch.unwrap_or_default(), topology))
}

/// A range of slots and who has it: the primary first.
struct Range {
    first: i64,
    last: i64,
    nodes: Vec<String>,
}

impl Range {
    fn read(value: &Value, asked: &str) -> Option<Self> {
        let Value::Array(parts) = value else { return None };
        let [Value::Int(first), Value::Int(last), nodes @ ..] = parts.as_slice() else { return None };
        let node = |node: &Value| -> Option<String> {
            let Value::Array(parts) = node else { return None };
            let [host, Value::Int(port), ..] = parts.as_slice() else { return None };
            let host = match host {
                Value::BulkString(host) => String::from_utf8_lossy(host).into_owned(),
                _ => String::new(),
            };
            // A server that does not know its own address is where it was asked.
            let host =
                if host.is_empty() || host == "?" { asked.rsplit_once(':')?.0.to_owned() } else { host };
            Some(format!("{host}:{port}"))
        };
        Some(Self { first: *first, last: *last, nodes: nodes.iter().filter_map(node).collect() })
    }
}
