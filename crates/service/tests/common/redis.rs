//! Real servers, started by the test and ended with it: one, or a cluster of three primaries with a replica each.

use super::PATIENCE;
use countersign_service::store::redis::RedisOptions;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server of one's own. Dropped, it is killed.
pub struct Redis {
    child: Child,
    pub port: u16,
    args: Vec<String>,
    folder: TempDir,
}

fn free_port(bus: bool) -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // A cluster's nodes talk among themselves on another one.
        if !bus || (port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok()) {
            return port;
        }
    }
}

fn spawn(port: u16, args: &[String], folder: &Path) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
    command.args(["--appendfsync", "everysec", "--daemonize", "no", "--dir"]).arg(folder).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("redis-server is installed")
}

impl Redis {
    /// One, alone.
    pub fn start() -> Self {
        let redis = Self::with(free_port(false), Vec::new());
        redis.answers();
        redis
    }

    fn with(port: u16, args: Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { child: spawn(port, &args, folder.path()), port, args, folder }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn options(&self) -> RedisOptions {
        options(&[self.url()])
    }

    /// What `redis-cli` says.
    pub fn ask(&self, args: &[&str]) -> String {
        cli(self.port, args)
    }

    fn answers(&self) {
        until("the server answers", || self.ask(&["PING"]).trim() == "PONG");
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

/// Waits until it is so.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn options(urls: &[String]) -> RedisOptions {
    let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
    RedisOptions { urls, replicas: None, store_time: false }
}

/// Six servers: three primaries, and a replica of each.
pub struct Cluster {
    pub nodes: Vec<Redis>,
}

impl Cluster {
    pub fn start() -> Self {
        let args =
            ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0"];
        let args: Vec<_> = args.into_iter().map(str::to_owned).collect();
        let nodes: Vec<_> = (0..6).map(|_| Redis::with(free_port(true), args.clone())).collect();
        nodes.iter().for_each(Redis::answers);
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

    /// Whether a replica follows this primary.
    fn followed(&self, place: usize) -> bool {
        self.nodes[place].ask(&["INFO", "replication"]).contains("state=online")
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
            found = primary.and_then(|primary| {
                let info = self.nodes[primary].ask(&["INFO", "replication"]);
                let replica = (0..self.nodes.len())
                    .find(|place| info.contains(&format!("port={},", self.nodes[*place].port)))?;
                Some((primary, replica))
            });
            found.is_some()
        });
        found.unwrap()
    }

    pub fn options(&self) -> RedisOptions {
        options(&self.urls())
    }

    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().take(3).map(Redis::url).collect()
    }
}
