//! Real Redis servers for trials and figures: one that writes down all it is told, or a cluster of three primaries with a replica
//! each. They end with whoever holds them.

use crate::load::Failure;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest a server, or a cluster, may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server.
pub struct Redis {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Redis {
    /// One, alone, that writes down what it is told as it comes.
    pub fn start() -> Result<Self, Failure> {
        Self::alone("")
    }

    /// One that writes dumps too, one a second.
    pub fn dumping() -> Result<Self, Failure> {
        Self::alone("1 1")
    }

    fn alone(save: &str) -> Result<Self, Failure> {
        let redis = Self::with(free_port(false)?, &["--save", save])?;
        redis.answers()?;
        Ok(redis)
    }

    fn with(port: u16, args: &[&str]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--appendonly", "yes"]).args(args);
        command.arg("--dir").arg(folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("redis-server: {error}; run scripts/setup test"))?;
        Ok(Self { child, folder, port })
    }

    fn answers(&self) -> Result<(), Failure> {
        until("redis-server answers", || Ok(self.ask(&["PING"])?.trim() == "PONG"))
    }

    fn ask(&self, args: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(args).stdin(Stdio::null());
        Ok(String::from_utf8_lossy(&command.output()?.stdout).into_owned())
    }

    /// As `--redis` takes it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Stops it, so that it writes its last dump; where all it keeps is.
    pub fn stop(&mut self) -> Result<&Path, Failure> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(self.folder.path())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Six servers: three primaries, and a replica of each.
pub struct Cluster(Vec<Redis>);

impl Cluster {
    /// Starts them; every slot is served and replicated when this returns.
    pub fn start() -> Result<Self, Failure> {
        let args = ["--save", "", "--cluster-enabled", "yes", "--repl-diskless-sync-delay", "0"];
        let nodes: Vec<_> =
            (0..6).map(|_| Redis::with(free_port(true)?, &args)).collect::<Result<_, Failure>>()?;
        for node in &nodes {
            node.answers()?;
        }
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]);
        create.args(nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)));
        create.args(["--cluster-replicas", "1", "--cluster-yes"]);
        let created = create.stdin(Stdio::null()).output()?;
        if !created.status.success() {
            return Err(format!("redis-cli: {}", String::from_utf8_lossy(&created.stdout)).into());
        }
        until("the cluster is whole", || {
            let mut replicated = 0;
            for node in &nodes {
                if !node.ask(&["CLUSTER", "INFO"])?.contains("cluster_state:ok") {
                    return Ok(false);
                }
                replicated += usize::from(node.ask(&["INFO", "replication"])?.contains("state=online"));
            }
            Ok(replicated == 3)
        })?;
        Ok(Self(nodes))
    }

    /// Some of its nodes, as `--redis` takes them.
    pub fn urls(&self) -> Vec<String> {
        self.0.iter().take(3).map(Redis::url).collect()
    }
}

fn free_port(bus: bool) -> Result<u16, Failure> {
    loop {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // A cluster's nodes talk among themselves on another one.
        let fits = || port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok();
        if !bus || fits() {
            return Ok(port);
        }
    }
}

fn until(what: &str, mut is: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    let began = Instant::now();
    while !is()? {
        if began.elapsed() > PATIENCE {
            return Err(format!("it does not come to this: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
