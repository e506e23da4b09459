//! A real browser on a display of its own, driven over `WebDriver`.

use crate::daemons::{Process, open_browser, start_xvfb};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_rig::port::free_port;
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(20);

/// Whose engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    WebKit,
}

/// A browser's `WebDriver` with its display. Fields are dropped in order: the driver before the display it draws on.
pub struct Driver {
    engine: Engine,
    address: String,
    _program: Process,
    _display: Process,
    _home: TempDir,
}

/// An open browser.
pub struct Browser {
    pub web: WebDriver,
    engine: Engine,
}

impl Driver {
    pub fn start(engine: Engine) -> Self {
        // The WebDriver's client is built with TLS in this workspace; one that was installed before is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let (display, xvfb) = start_xvfb("800x1024x24");
        let port = free_port();
        let (program, arguments) = match engine {
            Engine::Chromium => ("chromedriver", vec![format!("--port={port}")]),
            Engine::WebKit => ("WebKitWebDriver", vec![format!("--port={port}")]),
        };
        let mut command = Command::new(program);
        for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, home.path());
        }
        command
            .env("DISPLAY", display)
            .env("LANG", "C.UTF-8")
            .env("GDK_BACKEND", "x11")
            .env("GTK_A11Y", "none");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").args(arguments);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let driver =
            quiet.spawn().unwrap_or_else(|error| panic!("{program}: {error}; run scripts/setup test"));
        let driver = Process(driver);
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "{engine:?}'s WebDriver does not listen");
            std::thread::sleep(AGAIN);
        }
        let address = format!("http://127.0.0.1:{port}");
        Self { engine, address, _program: driver, _display: xvfb, _home: home }
    }

    /// Opens a fresh browser whose reader prefers a language, as far as the engine can be told.
    pub async fn open(&self, language: &str) -> Browser {
        let mut capabilities = Capabilities::new();
        for (name, value) in self.capabilities(language) {
            capabilities.set(name, value).unwrap();
        }
        let web = open_browser(&self.address, capabilities).await;
        if self.engine == Engine::WebKit {
            // Its window paints itself, and so has a picture, once it was given a place.
            web.set_window_rect(0, 0, 400, 800).await.unwrap();
        }
        Browser { web, engine: self.engine }
    }

    fn capabilities(&self, language: &str) -> Vec<(&'static str, Value)> {
        match self.engine {
            Engine::Chromium => {
                let arguments = [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    &format!("--accept-lang={language}"),
                ];
                let metrics = json!({ "width": 360, "height": 740, "pixelRatio": 2.0, "touch": true });
                let options = json!({ "args": arguments, "mobileEmulation": { "deviceMetrics": metrics } });
                vec![("browserName", json!("chrome")), ("goog:chromeOptions", options)]
            }
            Engine::WebKit => {
                let arch = std::env::consts::ARCH;
                let binary = format!("/usr/lib/{arch}-linux-gnu/webkit2gtk-4.1/MiniBrowser");
                vec![("webkitgtk:browserOptions", json!({ "binary": binary, "args": ["--automation"] }))]
            }
        }
    }
}

impl Browser {
    pub async fn go(&self, link: &str) {
        self.web.goto(link).await.unwrap();
    }

    pub async fn find(&self, hook: &str) -> WebElement {
        let query = self.web.query(By::Css(format!("[data-testid=\"{hook}\"]"))).wait(PATIENCE, AGAIN);
        query.first().await.unwrap_or_else(|_| panic!("the page does not show {hook}"))
    }

    /// A number that cannot be read yet would have to be checked again.
    pub async fn wait_until_read(&self) {
        let read = "const said = [...document.querySelectorAll('.reading.quiet-text')]; \
            return String(said.every((words) => words.textContent === ''));";
        self.wait_until("whether everything is read", read, "true").await;
    }

    pub async fn tap(&self, hook: &str) {
        if hook == "check" {
            self.wait_until_read().await;
        }
        let until = Instant::now() + PATIENCE;
        // The page may draw itself anew between finding and tapping.
        while let Err(error) = self.find(hook).await.click().await {
            assert!(Instant::now() < until, "{hook} cannot be tapped: {error}");
            tokio::time::sleep(AGAIN).await;
        }
    }

    pub async fn type_into(&self, hook: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        while let Err(error) = self.find(hook).await.send_keys(text).await {
            assert!(Instant::now() < until, "{hook} takes no text: {error}");
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Waits until a script's value is this.
    pub async fn wait_until(&self, what: &str, script: &str, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            // Between two pages there is nothing to ask.
            let now = self.web.execute(script, vec![]).await.ok().map(|now| now.json().clone());
            if now.as_ref().and_then(Value::as_str) == Some(wanted) {
                return;
            }
            assert!(Instant::now() < until, "{what} is {now:?}, not {wanted:?}");
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Waits until the page is at this step.
    pub async fn wait_for(&self, step: &str) {
        self.wait_until("the step", "return document.querySelector('main').dataset.step", step).await;
    }

    /// Waits until the question can be answered in this language; where the browser could not be told, the reader chooses it.
    pub async fn wait_for_question(&self, language: &str) {
        self.wait_for("ask").await;
        self.find("began-organization").await;
        if self.engine == Engine::WebKit && language != "en" {
            let option = format!("[data-testid=\"language\"] option[value=\"{language}\"]");
            self.web.find(By::Css(option)).await.unwrap().click().await.unwrap();
        }
        self.wait_until("the language", "return document.documentElement.lang", language).await;
        let direction = if language == "ar" { "rtl" } else { "ltr" };
        self.wait_until("the direction", "return document.documentElement.dir", direction).await;
    }

    /// The passcode on the screen, digits only.
    pub async fn passcode(&self) -> String {
        self.wait_for("passcode").await;
        let text = self.find("passcode").await.text().await.unwrap();
        text.chars().filter(char::is_ascii_digit).collect()
    }

    pub async fn address(&self) -> String {
        self.web.current_url().await.unwrap().to_string()
    }

    pub async fn evaluate(&self, script: &str) -> Value {
        self.web.execute(script, vec![]).await.unwrap().json().clone()
    }

    /// What stands on the page.
    pub async fn words(&self) -> String {
        self.evaluate("return document.querySelector('main').textContent").await.as_str().unwrap().to_owned()
    }

    /// A command of Chromium's own.
    pub async fn developer(&self, command: &str, arguments: Value) {
        self.web.cdp().send_raw(command, arguments).await.unwrap();
    }

    /// A command of Chromium's own, and what it answers.
    pub async fn ask_developer(&self, command: &str, arguments: Value) -> Value {
        self.web.cdp().send_raw(command, arguments).await.unwrap()
    }

    pub async fn picture(&self, state: &str) {
        // WebKit's driver waits for a painted window that a display without a window manager does not give.
        if self.engine == Engine::WebKit {
            return;
        }
        self.web.screenshot(&self.place(state)).await.unwrap();
    }

    /// The page from its top to its end, whatever of it the window shows. Chromium's.
    pub async fn picture_whole(&self, state: &str) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.ask_developer("Page.captureScreenshot", whole).await;
        let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(self.place(state), bytes).unwrap();
    }

    /// Where a state's picture is left.
    fn place(&self, state: &str) -> PathBuf {
        let folder = workspace().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(format!("browsers-{:?}-{state}.png", self.engine).to_lowercase())
    }

    pub async fn close(self) {
        self.web.quit().await.unwrap();
    }
}

pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
