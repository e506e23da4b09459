//! The stage of one test: display, message bus, keyring, notification daemon, service and `WebDrivers`, all real, all private to
//! the test, all gone when it is dropped.

use crate::daemons::{Process, private_folders, start, start_bus, start_keyring, start_xvfb};
use countersign_rig::port::{free_address, free_port};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything on the stage may take to appear.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// The service under test.
pub struct Service {
    process: Option<Process>,
    data: PathBuf,
    pub origin: String,
    listen: String,
}

/// Everything around the two people. Fields are dropped in order: drivers before the display they draw on.
pub struct Stage {
    pub service: Service,
    tauri_driver: Option<(Process, u16)>,
    chrome_driver: Option<(Process, u16)>,
    keyring: Option<Process>,
    _daemons: Vec<Process>,
    environment: Vec<(String, String)>,
    pub home: TempDir,
    name: &'static str,
}

impl Stage {
    /// Sets the stage for a test; pictures bear its name.
    pub fn set(name: &'static str) -> Self {
        Self::set_with(name, true)
    }

    /// A stage on which nothing keeps secrets.
    pub fn set_without_keyring(name: &'static str) -> Self {
        Self::set_with(name, false)
    }

    fn set_with(name: &'static str, keyring: bool) -> Self {
        // The WebDriver's client is built with TLS in this workspace; one that was installed before is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let mut environment = private_folders(home.path());
        let mut daemons = Vec::new();

        let (display, xvfb) = start_xvfb("1280x1024x24");
        environment.push(("DISPLAY".into(), display));
        daemons.push(xvfb);

        let (bus, dbus) = start_bus(home.path(), &environment);
        environment.push(("DBUS_SESSION_BUS_ADDRESS".into(), bus));
        daemons.push(dbus);
        let keyring = keyring.then(|| start_keyring(&environment));
        daemons.push(start("openbox", &[], &environment));
        let config = home.path().join("dunstrc");
        fs::write(&config, "[global]\n    monitor = 0\n    history_length = 50\n").unwrap();
        daemons.push(start("dunst", &["-conf", config.to_str().unwrap()], &environment));

        let service = Service::start(home.path().join("service"));
        daemons.reverse();
        let mut stage = Self {
            service,
            tauri_driver: None,
            chrome_driver: None,
            keyring,
            _daemons: daemons,
            environment,
            home,
            name,
        };
        wait_for("dunst", || stage.run("dunstctl", &["count"]).is_some());
        stage.start_window_driver();
        stage.start_browser_driver();
        stage
    }

    /// Ends the keyring; what it keeps is on disk, encrypted.
    pub fn stop_keyring(&mut self) {
        assert!(self.keyring.take().is_some(), "there is no keyring");
    }

    /// Starts it, unlocked.
    pub fn start_keyring(&mut self) {
        self.keyring = Some(start_keyring(&self.environment));
    }

    /// What starts from now on trusts this certificate, and no other.
    pub fn trust(&mut self, certificate: &Path) {
        self.environment.push(("SSL_CERT_FILE".into(), certificate.to_str().unwrap().into()));
        self.start_window_driver();
    }

    /// Starts the window's `WebDriver`; anew, it knows nothing of a window that is gone.
    pub fn start_window_driver(&mut self) {
        let (port, native) = (free_port(), free_port());
        let driver = workspace().join("target/tools/bin/tauri-driver");
        assert!(driver.exists(), "tauri-driver is not there: run scripts/setup test");
        let arguments = [
            "--port".to_owned(),
            port.to_string(),
            "--native-port".to_owned(),
            native.to_string(),
            "--native-driver".to_owned(),
            "/usr/bin/WebKitWebDriver".to_owned(),
        ];
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        self.tauri_driver = Some((start(driver.to_str().unwrap(), &arguments, &self.environment), port));
        wait_for("the window's WebDriver", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    }

    fn start_browser_driver(&mut self) {
        let port = free_port();
        self.chrome_driver =
            Some((start("chromedriver", &[&format!("--port={port}")], &self.environment), port));
        wait_for("the browser's WebDriver", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    }

    pub fn tauri_driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.tauri_driver.as_ref().unwrap().1)
    }

    pub fn chrome_driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.chrome_driver.as_ref().unwrap().1)
    }

    /// Where a picture of this test goes.
    pub fn picture(&self, state: &str) -> PathBuf {
        let folder = workspace().join("target/screenshots");
        fs::create_dir_all(&folder).unwrap();
        folder.join(format!("{}-{state}.png", self.name))
    }

    /// A command on this stage; its output if it succeeds.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output =
            Command::new(program).args(arguments).envs(self.environment.iter().cloned()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Summary and body of every notification there has been, oldest first.
    pub fn notifications(&self) -> Vec<(String, String)> {
        self.run("dunstctl", &["close-all"]).unwrap();
        let history: serde_json::Value =
            serde_json::from_str(&self.run("dunstctl", &["history"]).unwrap()).unwrap();
        let text = |entry: &serde_json::Value, name: &str| entry[name]["data"].as_str().unwrap().to_owned();
        let entries = history["data"][0].as_array().unwrap();
        entries.iter().rev().map(|entry| (text(entry, "summary"), text(entry, "body"))).collect()
    }

    /// Kills the desktop app, and nothing else, as a crash would.
    pub fn kill_app(&self) {
        let running = self.running_app();
        assert!(!running.is_empty(), "the app is not running");
        for pid in running {
            // One that has just ended is as good as killed.
            let _ = Command::new("kill").args(["-KILL", &pid]).status();
        }
    }

    /// The desktop app's processes on this stage.
    pub fn running_app(&self) -> Vec<String> {
        let app = app_binary().canonicalize().unwrap();
        let ours = self.home.path().to_str().unwrap();
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let runs = processes.filter(|entry| {
            let runs_app = fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == app);
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            runs_app && String::from_utf8_lossy(&environment).contains(ours)
        });
        runs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Starts the app without a `WebDriver`, as the desktop session or a user would.
    pub fn start_app(&self, arguments: &[&str]) -> Process {
        start(app_binary().to_str().unwrap(), arguments, &self.environment)
    }

    /// The app's windows that can be seen.
    pub fn windows(&self) -> Vec<String> {
        let found = self.run("xdotool", &["search", "--onlyvisible", "--name", "^Countersign$"]);
        found.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// The address of the message bus.
    pub fn bus(&self) -> &str {
        let found = self.environment.iter().find(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
        found.map(|(_, address)| address.as_str()).unwrap()
    }

    /// Another program of this stage.
    pub fn start(&self, program: &str, arguments: &[&str]) -> Process {
        start(program, arguments, &self.environment)
    }

    /// Writes everything that goes over the message bus from now on to a file, as it goes over it.
    pub fn record_bus(&self, file: &Path) -> Process {
        let child = Command::new("dbus-monitor")
            .args(["--address", self.bus(), "--binary"])
            .stdin(Stdio::null())
            .stdout(fs::File::create(file).unwrap())
            .stderr(Stdio::null())
            .spawn();
        let recorder = Process(child.expect("dbus-monitor; run scripts/setup test"));
        // What a recorder hears first is that it has a name.
        wait_for("the recorder", || fs::metadata(file).is_ok_and(|file| file.len() > 0));
        recorder
    }

    /// Puts something on the clipboard, as another program would.
    pub fn copy(&self, text: &str) {
        let mut child = Command::new("xclip")
            .args(["-i", "-selection", "clipboard"])
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait().unwrap();
    }

    /// What the clipboard holds.
    pub fn clipboard(&self) -> String {
        self.run("xclip", &["-o", "-selection", "clipboard"]).unwrap_or_default()
    }

    /// What is marked somewhere, which a click of the middle button would insert.
    pub fn marked(&self) -> String {
        self.run("xclip", &["-o", "-selection", "primary"]).unwrap_or_default()
    }

    /// The app's folder for history and settings.
    pub fn app_folder(&self) -> PathBuf {
        self.home.path().join("data/org.countersign.desktop")
    }
}

impl Service {
    fn start(data: PathBuf) -> Self {
        let mut service =
            Self { process: None, data, origin: String::new(), listen: free_address().to_string() };
        service.up();
        service.admin(&[
            "org",
            "add",
            "acme",
            "--name",
            "Acme Energy",
            "--country",
            "FR",
            "--description",
            "Electricity and gas for homes",
            "--website",
            "https://acme.example",
            "--channel",
            "+33 1 23 45 67 89",
        ]);
        service
    }

    /// Starts it; after a first time, on the port it had.
    pub fn up(&mut self) {
        self.up_as(&[]);
    }

    /// As [`Self::up`], with more to be said to it. With a certificate it speaks TLS.
    pub fn up_as(&mut self, more: &[&str]) {
        self.down();
        let mut child = Command::new(binary("countersign-service"))
            .args(["serve", "--opens-per-minute", "1000", "--listen", &self.listen, "--data"])
            .arg(&self.data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let origin = line.trim().strip_prefix("listening on ").expect("the service did not start");
        origin.clone_into(&mut self.origin);
        origin.split_once("://").unwrap().1.clone_into(&mut self.listen);
        self.process = Some(Process(child));
    }

    /// Kills it, as a power cut would.
    pub fn down(&mut self) {
        self.process = None;
    }

    /// Runs an administrator's command; what it prints.
    pub fn admin(&self, arguments: &[&str]) -> String {
        let output = Command::new(binary("countersign-service"))
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// An enrolment link for a new agent.
    pub fn enrollment_link(&self, name: &str) -> String {
        self.admin(&["agent", "add", "--org", "acme", "--name", name])
    }
}

/// Waits until something is so.
pub fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The desktop app.
pub fn app_binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_countersign"))
}

/// Another program of the workspace, beside the app.
pub fn binary(name: &str) -> PathBuf {
    let path = app_binary().with_file_name(name);
    assert!(path.exists(), "{name} is not built: cargo build --workspace");
    path
}
