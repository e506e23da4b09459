//! A real PostgreSQL, started by the test that needs it: a cluster of its own in a folder of its own, on a free port of
//! loopback, without `fsync`. It stops with the last test that holds it; should the test program be killed, the kernel ends it.

use super::PATIENCE;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// The superuser's password: that it is never shown is tested with it.
pub const PASSWORD: &str = "pg-S3cret-canary";

/// A running cluster.
pub struct Cluster {
    pub port: u16,
    server: Mutex<Option<Child>>,
    folder: TempDir,
}

/// The cluster that the tests of one program share, each in a database of its own.
pub async fn shared() -> Arc<Cluster> {
    static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let running = || {
        let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let cluster = Arc::new(Cluster::start());
            *running = Arc::downgrade(&cluster);
            cluster
        })
    };
    tokio::task::spawn_blocking(running).await.unwrap()
}

impl Cluster {
    /// Makes a cluster and starts it; it answers when this returns.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("cs-pg").tempdir().unwrap();
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        own(folder.path());
        own(&password);
        let data = folder.path().join("data");
        let made = as_server("initdb")
            .args([
                "--username=cs",
                "--auth=scram-sha-256",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args([OsStr::new("--pgdata"), data.as_os_str()])
            .arg(format!("--pwfile={}", password.display()))
            .output()
            .expect("initdb runs: is the package postgresql installed?");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut text = String::from("fsync = off\nfull_page_writes = off\nlisten_addresses = '127.0.0.1'\n");
        text.push_str("unix_socket_directories = ''\nmax_connections = 200\n");
        let config = data.join("postgresql.conf");
        fs::write(&config, text).unwrap();
        own(&config);
        let port = countersign_rig::port::free_port();
        let cluster = Self { port, server: Mutex::default(), folder };
        cluster.resume();
        cluster
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file of the server's own beside its data; the path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        own(&path);
        path
    }

    /// Adds a line to `postgresql.conf`, for the next start.
    pub fn configure(&self, name: &str, value: &str) {
        let file = fs::File::options().append(true).open(self.folder.path().join("data/postgresql.conf"));
        std::io::Write::write_all(&mut file.unwrap(), format!("{name} = '{value}'\n").as_bytes()).unwrap();
    }

    /// Starts it again.
    pub fn resume(&self) {
        let mut command = as_server("postgres");
        command.arg("-D").arg(self.folder.path().join("data")).args(["-p", &self.port.to_string()]);
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut server = spawn(command);
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() || !self.answers() {
            let ended = server.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        *self.server.lock().unwrap() = Some(server);
    }

    /// Whether it takes connections: it says so in its log, after each start.
    fn answers(&self) -> bool {
        let log = self.log();
        log.rfind("ready to accept connections") > log.rfind("starting PostgreSQL")
    }

    /// Ends it at once, as a crash or `pg_ctl stop -m immediate` would.
    pub fn stop(&self) {
        let Some(mut server) = self.server.lock().unwrap().take() else { return };
        signal(server.id(), "QUIT");
        let began = Instant::now();
        while server.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < PATIENCE, "PostgreSQL does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Holds every process of it still, or lets them go on: what a network that swallows packets looks like.
    pub fn freeze(&self, frozen: bool) {
        let server = self.server.lock().unwrap().as_ref().unwrap().id();
        let signal_name = if frozen { "STOP" } else { "CONT" };
        signal(server, signal_name);
        for child in children(server) {
            // One that has just ended needs no signal.
            let _ = Command::new("kill").args([format!("-{signal_name}"), child.to_string()]).output();
        }
    }

    /// The server's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A new, empty database; its URL.
    pub async fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("db{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// The URL of a database of it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://cs:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements as the superuser; the first column of the first row, as text.
    pub async fn sql(&self, database: &str, sql: &str) -> Option<String> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let answers = client.simple_query(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        answers.iter().find_map(|answer| match answer {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The newest PostgreSQL's program of this name, run as somebody who may run it: never as root.
fn as_server(name: &str) -> Command {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    versions.sort_by_key(|path| path.file_name().unwrap().to_string_lossy().parse::<u32>().unwrap_or(0));
    let installed =
        versions.iter().rev().map(|version| version.join("bin").join(name)).find(|path| path.exists());
    let mut command = Command::new("setpriv");
    // Whoever kills the test program ends the server too.
    command.args(["--pdeathsig", "QUIT"]);
    if let Some((user, group)) = server_user() {
        command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
    }
    command.arg("--").arg(installed.unwrap_or_else(|| name.into()));
    command.env_remove("PGDATA").current_dir("/");
    command
}

/// Whom to run the server as when the tests run as root: the package's user, or nobody.
fn server_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map_while(|id| id.parse().ok());
        Some((ids.next()?, ids.next()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("somebody to run PostgreSQL as"))
}

fn own(path: &Path) {
    if let Some((user, group)) = server_user() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

/// Starts it from a thread that lasts as long as the program: the kernel counts a thread's end as the parent's.
fn spawn(command: Command) -> Child {
    type Order = (Command, mpsc::Sender<Child>);
    static STARTER: Mutex<Option<mpsc::Sender<Order>>> = Mutex::new(None);
    let mut starter = STARTER.lock().unwrap();
    let orders = starter.get_or_insert_with(|| {
        let (orders, queue) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in queue {
                reply.send(command.spawn().expect("setpriv runs")).unwrap();
            }
        });
        orders
    });
    let (reply, started) = mpsc::channel();
    orders.send((command, reply)).unwrap();
    started.recv().unwrap()
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success(), "{name} {process}");
}

fn children(of: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}
