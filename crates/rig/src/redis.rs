//! Real servers: one, or a cluster of three primaries with a replica each. They end with whoever holds them.

use crate::port::free_port;
use crate::until;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What a server says, in its folder.
const LOG: &str = "log";

/// A server of one's own. Dropped, it is killed.
pub struct Redis {
    child: Child,
    port: u16,
    args: Vec<String>,
    folder: TempDir,
}

fn spawn(port: u16, args: &[String], folder: &Path) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--appendonly", "yes"]);
    command.args(["--daemonize", "no", "--dir"]).arg(folder).args(args);
    let log = std::fs::File::options().create(true).append(true).open(folder.join(LOG)).unwrap();
    command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
    command.spawn().expect("redis-server; run scripts/setup test")
}

fn owned(args: &[&str]) -> Vec<String> {
    args.iter().map(|&arg| arg.to_owned()).collect()
}

impl Redis {
    /// One, alone, that writes down what it is told as it comes. While the disk is busy that may be two seconds later.
    pub fn start() -> Self {
        Self::alone(&["--save", ""])
    }

    /// One that has written down what it has acknowledged: killed and started again, it knows it still.
    pub fn durable() -> Self {
        Self::alone(&["--save", "", "--appendfsync", "always"])
    }

    /// One that writes dumps too, one a second.
    pub fn dumping() -> Self {
        Self::alone(&["--save", "1 1"])
    }

    fn alone(args: &[&str]) -> Self {
        let mut redis = Self::with(owned(args));
        redis.answers();
        redis
    }

    fn with(args: Vec<String>) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        Self { child: spawn(port, &args, folder.path()), port, args, folder }
    }

    /// As `--redis` takes it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What `redis-cli` says.
    pub fn ask(&self, args: &[&str]) -> String {
        cli(self.port, args)
    }

    fn answers(&mut self) {
        until("the server answers", || {
            let said = || std::fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
            assert!(self.child.try_wait().unwrap().is_none(), "redis-server ended: {}", said());
            cli(self.port, &["PING"]).trim() == "PONG"
        });
    }

    /// Stops it, so that it writes its last dump; where all it keeps is.
    pub fn stop(&mut self) -> &Path {
        signal(&self.child, "TERM");
        self.child.wait().unwrap();
        self.folder.path()
    }

    /// Ends it without asking (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on what it has on disk.
    pub fn restart(&mut self) {
        self.child = spawn(self.port, &self.args, self.folder.path());
        self.answers();
    }

    /// Cuts it off: it stays connected and does nothing (SIGSTOP).
    pub fn pause(&self) {
        signal(&self.child, "STOP");
    }

    /// It goes on as if nothing had been.
    pub fn resume(&self) {
        signal(&self.child, "CONT");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn cli(port: u16, args: &[&str]) -> String {
    // A server that was cut off does not answer.
    let mut command = Command::new("timeout");
    command.args(["2", "redis-cli", "-p", &port.to_string()]).args(args).stdin(Stdio::null());
    String::from_utf8_lossy(&command.output().expect("redis-cli is installed").stdout).into_owned()
}

/// Six servers: three primaries, and a replica of each.
pub struct Cluster {
    /// They.
    pub nodes: Vec<Redis>,
}

impl Cluster {
    /// Starts them; every slot is served and replicated when this returns. One that does not answer for `node_timeout_ms` is
    /// taken for dead by the others.
    pub fn start(node_timeout_ms: u32) -> Self {
        let timeout = node_timeout_ms.to_string();
        let args = ["--save", "", "--cluster-enabled", "yes", "--repl-diskless-sync-delay", "0"];
        let args = owned(&[&args[..], &["--cluster-node-timeout", &timeout]].concat());
        let mut nodes: Vec<_> = (0..6).map(|_| Redis::with(args.clone())).collect();
        nodes.iter_mut().for_each(Redis::answers);
        let addresses: Vec<_> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]).args(&addresses).args([
            "--cluster-replicas",
            "1",
            "--cluster-yes",
        ]);
        let output = create.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let cluster = Self { nodes };
        cluster.whole();
        cluster
    }

    /// Waits until every slot is served, and every primary has a replica that follows it.
    pub fn whole(&self) {
        until("the cluster is whole", || {
            let ok = |node: &Redis| node.ask(&["CLUSTER", "INFO"]).contains("cluster_state:ok");
            let primaries = self.primaries();
            self.nodes.iter().all(ok)
                && primaries.len() == 3
                && primaries.iter().all(|place| self.followed(*place))
        });
    }

    /// Whether a replica has what is written on this primary now: it is *online* before it has taken in what it was sent first.
    fn followed(&self, place: usize) -> bool {
        let primary = &self.nodes[place];
        // Some key is one of this primary's.
        let written =
            (0..64).any(|key| primary.ask(&["SET", &format!("followed{key}"), "", "PX", "1"]).trim() == "OK");
        let offset = |node: &Redis| {
            let info = node.ask(&["INFO", "replication"]);
            info.lines().find_map(|line| line.strip_prefix("master_repl_offset:")?.trim().parse::<u64>().ok())
        };
        let (here, replica) = (offset(primary), self.replica(place));
        written && replica.is_some_and(|place| offset(&self.nodes[place]) >= here)
    }

    /// The place of this primary's replica, once it is there.
    fn replica(&self, place: usize) -> Option<usize> {
        let info = self.nodes[place].ask(&["INFO", "replication"]);
        let online = |node: &Redis| info.contains(&format!("port={},state=online", node.port));
        self.nodes.iter().position(online)
    }

    /// Places of the nodes that hold slots.
    pub fn primaries(&self) -> Vec<usize> {
        let is = |place: &usize| self.nodes[*place].ask(&["ROLE"]).starts_with("master");
        (0..self.nodes.len()).filter(is).collect()
    }

    /// The place of the primary that has this key, and of its replica.
    pub fn holders(&self, key: &str) -> (usize, usize) {
        let mut found = None;
        until("the key's slot has a primary and a replica", || {
            let slot = self
                .nodes
                .iter()
                .find_map(|node| node.ask(&["CLUSTER", "KEYSLOT", key]).trim().parse::<u32>().ok());
            let primary = self.primaries().into_iter().find(|place| {
                let shards = self.nodes[*place].ask(&["CLUSTER", "NODES"]);
                let own = shards.lines().find(|line| line.contains("myself")).unwrap_or_default().to_owned();
                own.split(' ').skip(8).any(|range| {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    let within = || Some((first.parse().ok()?..=last.parse::<u32>().ok()?).contains(&slot?));
                    within() == Some(true)
                })
            });
            found = primary.and_then(|primary| Some((primary, self.replica(primary)?)));
            found.is_some()
        });
        found.unwrap()
    }

    /// Some of its nodes, as `--redis` takes them.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().take(3).map(Redis::url).collect()
    }
}
