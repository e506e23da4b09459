//! What the real parts of a test run on: a display, a message bus, a keyring, each private to the test. The tests of the page in
//! real browsers use the display too.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use thirtyfour::{Capabilities, WebDriver};

/// A process that is killed when it is dropped.
pub struct Process(pub Child);

impl Process {
    pub fn kill(&mut self) {
        // One that has ended already is as good as killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn private_folders(home: &Path) -> Vec<(String, String)> {
    let folders = [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ];
    let mut environment: Vec<_> = folders
        .iter()
        .map(|(name, folder)| {
            let path = home.join(folder);
            fs::create_dir_all(&path).unwrap();
            ((*name).to_owned(), path.to_str().unwrap().to_owned())
        })
        .collect();
    #[allow(clippy::permissions_set_readonly_false)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(home.join("runtime"), fs::Permissions::from_mode(0o700)).unwrap();
    }
    for (name, value) in [
        ("LANG", "C.UTF-8"),
        ("GTK_A11Y", "none"),
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ("GDK_BACKEND", "x11"),
    ] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    environment
}

pub fn start(program: &str, arguments: &[&str], environment: &[(String, String)]) -> Process {
    let child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(output_of_daemons())
        .stderr(output_of_daemons())
        .spawn();
    Process(child.unwrap_or_else(|error| panic!("{program}: {error}; run scripts/setup test")))
}

/// Daemons are quiet unless somebody asks what they say.
pub fn output_of_daemons() -> Stdio {
    if std::env::var_os("E2E_VERBOSE").is_some() { Stdio::inherit() } else { Stdio::null() }
}

/// Opens a browser. On a busy machine one may not come up in its driver's own time; two more tries are made.
pub async fn open_browser(driver: &str, capabilities: Capabilities) -> WebDriver {
    for _ in 0..2 {
        if let Ok(browser) = WebDriver::new(driver, capabilities.clone()).await {
            return browser;
        }
    }
    WebDriver::new(driver, capabilities).await.expect("the browser does not open")
}

/// A display of this size (as `WxHxDEPTH`); its name.
pub fn start_xvfb(screen: &str) -> (String, Process) {
    // Xvfb picks a free display itself and says which on a descriptor it is given: its standard output.
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb; run scripts/setup test");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (format!(":{}", line.trim()), Process(child))
}

/// A session bus that starts nothing by itself: what is on the stage was put there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

pub fn start_bus(home: &Path, environment: &[(String, String)]) -> (String, Process) {
    let config = home.join("bus.conf");
    fs::write(&config, BUS).unwrap();
    let mut child = Command::new("dbus-daemon")
        .args(["--nofork", "--print-address=1", "--config-file", config.to_str().unwrap()])
        .envs(environment.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus-daemon; run scripts/setup test");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (line.trim().to_owned(), Process(child))
}

pub fn start_keyring(environment: &[(String, String)]) -> Process {
    let mut child = Command::new("gnome-keyring-daemon")
        .args(["--foreground", "--unlock", "--components=secrets"])
        .envs(environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon; run scripts/setup test");
    child.stdin.take().unwrap().write_all(b"a keyring of this test\n").unwrap();
    // It prints where its control socket is once it stands.
    let mut first = [0u8; 1];
    let _ = child.stdout.as_mut().unwrap().read(&mut first);
    Process(child)
}
