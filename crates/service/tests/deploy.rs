//! The examples in `deploy/`, in front of a real service: nginx and `HAProxy` as they stand there, but for addresses and certificates.
//! One of the two nodes is away; and both are there, on a Redis Cluster and PostgreSQL, and share each session.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::program::{Serving, ask};
use common::service::{Caller, Employee, Service, Session, WIDE, nothing, problem};
use countersign_rig::port::free_address;
use countersign_rig::redis::Cluster;
use countersign_service::Operations;
use countersign_service::limits::Limits;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A proxy in front of the nodes; it ends with the test.
struct Proxy {
    server: Child,
    addr: SocketAddr,
    folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Both in the foreground end their workers with themselves.
        let _ = Command::new("kill").args(["-TERM", &self.server.id().to_string()]).output();
        let began = Instant::now();
        while self.server.try_wait().is_ok_and(|ended| ended.is_none()) && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/two-nodes").join(name);
    fs::read_to_string(path).unwrap()
}

/// The example with each of these in the place of what stands there; all of them must.
fn with(mut text: String, changes: &[(&str, &str)]) -> String {
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in the example");
        text = text.replace(from, to);
    }
    text
}

fn find(name: &str) -> PathBuf {
    let places = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"].map(|folder| Path::new(folder).join(name));
    places.into_iter().find(|path| path.exists()).unwrap_or_else(|| name.into())
}

fn start(mut command: Command, addr: SocketAddr, folder: TempDir) -> Proxy {
    let log = fs::File::create(folder.path().join("out")).unwrap();
    let (out, err) = (log.try_clone().unwrap(), log);
    let server = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn();
    let mut proxy = Proxy { server: server.expect("the proxy is installed"), addr, folder };
    let began = Instant::now();
    while TcpStream::connect(addr).is_err() {
        let ended = proxy.server.try_wait().unwrap();
        let said = || fs::read_to_string(proxy.folder.path().join("out")).unwrap();
        assert!(ended.is_none() && began.elapsed() < PATIENCE, "{}", said());
        std::thread::sleep(Duration::from_millis(20));
    }
    proxy
}

fn nginx(nodes: [SocketAddr; 2]) -> Proxy {
    let (folder, addr) = (tempfile::tempdir().unwrap(), free_address());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [one, two] = nodes.map(|node| node.to_string());
    let site = with(
        example("nginx.conf"),
        &[
            ("10.0.0.11:8080", &one),
            ("10.0.0.12:8080", &two),
            ("listen 443 ssl;", &format!("listen {addr};")),
            ("    listen [::]:443 ssl;\n", ""),
            ("    ssl_certificate /etc/ssl/countersign/fullchain.pem;\n", ""),
            ("    ssl_certificate_key /etc/ssl/countersign/privkey.pem;\n", ""),
            ("/var/log/nginx", &path("")),
        ],
    );
    fs::write(path("site.conf"), site).unwrap();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", path(kind)))
        .concat();
    let whole = format!(
        "daemon off;\npid {};\nevents {{}}\nhttp {{\n{temporary}include {};\n}}\n",
        path("pid"),
        path("site.conf")
    );
    fs::write(path("nginx.conf"), whole).unwrap();
    let mut command = Command::new(find("nginx"));
    command.args(["-e", "stderr", "-c", &path("nginx.conf")]);
    start(command, addr, folder)
}

fn haproxy(nodes: [SocketAddr; 2]) -> Proxy {
    let (folder, addr) = (tempfile::tempdir().unwrap(), free_address());
    let [one, two] = nodes.map(|node| node.to_string());
    let certificate = ":443 ssl crt /etc/ssl/countersign/haproxy.pem alpn h2,http/1.1";
    let bound = addr.to_string();
    let changes = [
        ("10.0.0.11:8080", one.as_str()),
        ("10.0.0.12:8080", &two),
        (certificate, &bound),
        // A test may not have as many files open.
        ("maxconn 40000", "maxconn 200"),
    ];
    let config = folder.path().join("haproxy.cfg");
    fs::write(&config, with(example("haproxy.cfg"), &changes)).unwrap();
    let mut command = Command::new(find("haproxy"));
    command.arg("-db").arg("-f").arg(config);
    start(command, addr, folder)
}

/// Whoever calls may say of itself what it likes.
async fn open_as(caller: &Caller, session: &Session, name: &str, value: &str) -> reqwest::Response {
    let request = caller.request(reqwest::Method::POST, &session.of_page("open"));
    request.bearer_auth(&session.token).header(name, value).json(&nothing()).send().await.unwrap()
}

async fn serves(proxy: impl FnOnce([SocketAddr; 2]) -> Proxy) {
    let trusted = "127.0.0.0/8".parse().unwrap();
    let operations = Operations { proxies: [trusted].into_iter().collect(), ..Operations::default() };
    let service = Service::start_operated(operations, |options| {
        options.limits = Limits { opens_per_minute: 6, ..WIDE };
    })
    .await;
    // The first node is away, the second is there.
    let proxy = proxy([free_address(), service.addr]);
    let dana = Employee { id: service.dana.id.clone(), token: service.dana.token.clone() };
    let caller = Caller::new(service.origin.clone(), proxy.addr, dana);
    let began = Instant::now();
    while caller.get("/api/v1/orgs/acme").await.status() != 200 {
        assert!(began.elapsed() < PATIENCE, "the proxy finds no node");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut stream = caller.events(None).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let session = caller.session().await;
        ids.push(session.id.clone());
        // An event comes through as it happens, and a wait is answered when there is something to say.
        let opened = caller.open(&session).await;
        assert_eq!(stream.next().await.name, "opened");
        let (answered, answer) = caller.answer(&session, opened).await;
        assert_eq!(stream.next().await.name, "answered");
        caller.finish(session, answered, &answer).await;
        assert_eq!((stream.next().await.name, stream.next().await.name), ("viewed".into(), "outcome".into()));
    }
    // The page's policy comes through as the service has it.
    let page = caller.get("/acme").await;
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    // What a caller says of where it comes from makes it no other: six opens are six.
    let session = caller.session().await;
    ids.push(session.id.clone());
    assert_eq!(open_as(&caller, &session, "x-forwarded-for", "203.0.113.1").await.status(), 200);
    assert_eq!(open_as(&caller, &session, "forwarded", "for=203.0.113.2").await.status(), 200);
    for (name, value) in [("x-forwarded-for", "203.0.113.3"), ("forwarded", "for=203.0.113.4")] {
        problem(open_as(&caller, &session, name, value).await, 429, "too_many").await;
    }
    // Health is not the world's, and no path is in any log.
    for path in ["/readyz", "/healthz"] {
        assert!([403, 404].contains(&caller.get(path).await.status().as_u16()), "{path}");
    }
    drop(stream);
    let mut said = String::new();
    for file in fs::read_dir(proxy.folder.path()).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() && !file.to_string_lossy().ends_with("conf") {
            said.push_str(&fs::read_to_string(file).unwrap_or_default());
        }
    }
    assert!(said.contains("POST 201"), "it does log: {said}");
    for id in ids {
        assert!(!said.contains(&id), "{id} is in the log");
    }
}

#[tokio::test]
async fn nginx_as_in_the_example_serves_while_a_node_is_away() {
    serves(nginx).await;
}

#[tokio::test]
async fn haproxy_as_in_the_example_serves_while_a_node_is_away() {
    serves(haproxy).await;
}

/// A node as in the example, and where its metrics are.
struct Node {
    serving: Serving,
    metrics: String,
    // Nothing of a session is in it.
    _folder: TempDir,
}

impl Node {
    fn start(stores: &[&str]) -> Self {
        let (folder, metrics) = (tempfile::tempdir().unwrap(), free_address().to_string());
        let own = ["--public-origin", ORIGIN, "--trusted-proxy", "127.0.0.0/8", "--metrics", &metrics];
        let serving = Serving::start(folder.path(), &[stores, &own].concat(), "info");
        Self { serving, metrics: format!("http://{metrics}/metrics"), _folder: folder }
    }

    /// What its metrics count under this name.
    async fn count(&self, name: &str) -> u64 {
        let text = reqwest::get(&self.metrics).await.unwrap().text().await.unwrap();
        let counts = text.lines().filter(|line| line.starts_with(name));
        counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }
}

const ORIGIN: &str = "https://verify.example";
const OPENED: &str = "countersign_requests_total{route=\"/api/v1/orgs/{handle}/sessions/{id}/open\"";

/// The agent's stream is at one node. Sessions go on until one was opened at the other, and each comes to its end.
async fn shares(proxy: impl FnOnce([SocketAddr; 2]) -> Proxy) {
    let postgres = common::postgres::shared().await;
    let database = postgres.database().await;
    let cluster = tokio::task::spawn_blocking(|| Cluster::start(15_000)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let told = |args: &[&str]| ask(folder.path(), &[args, &["--postgres", &database]].concat());
    told(&["migrate"]);
    told(&["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let token = told(&["agent", "add", "--org", "acme", "--name", "Dana", "--token"]).trim().to_owned();
    let id = told(&["agent", "list", "--org", "acme"]).split('\t').next().unwrap().to_owned();
    let urls = cluster.urls();
    let redis = urls.iter().flat_map(|url| ["--redis", url]);
    let stores: Vec<_> = ["--postgres", &database].into_iter().chain(redis).collect();
    let nodes = [Node::start(&stores), Node::start(&stores)];
    let proxy = proxy([nodes[0].serving.addr, nodes[1].serving.addr]);
    let caller = Caller::new(ORIGIN.to_owned(), proxy.addr, Employee { id, token });
    let mut stream = caller.events(None).await;
    let at = usize::from(nodes[1].count("countersign_open_streams").await == 1);
    assert_eq!(nodes[at].count("countersign_open_streams").await, 1);
    let mut sessions = 0;
    while nodes[1 - at].count(OPENED).await == 0 {
        assert!(sessions < 100, "one node has had every call");
        sessions += 1;
        let session = caller.session().await;
        let opened = caller.open(&session).await;
        let (answered, answer) = caller.answer(&session, opened).await;
        caller.finish(session, answered, &answer).await;
        for name in ["opened", "answered", "viewed", "outcome"] {
            assert_eq!(stream.next().await.name, name);
        }
    }
    // The directory's history has each of them, whichever node wrote it.
    let began = Instant::now();
    while told(&["audit", "list", "--org", "acme"]).matches("matched").count() < sessions {
        assert!(began.elapsed() < PATIENCE, "the history has them all");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_behind_nginx_share_a_session_on_a_cluster_and_postgresql() {
    shares(nginx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_behind_haproxy_share_a_session_on_a_cluster_and_postgresql() {
    shares(haproxy).await;
}
