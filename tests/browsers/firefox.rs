//! The customer's page in Firefox, which speaks `WebDriver` `BiDi` itself: one socket, commands and answers by number. What the
//! flow needs of it and no more; the other engines' tests are in `languages.rs`.

use crate::seat::{self, Asking};
use crate::table::{PHONE, Table};
use countersign_agent::view::Outcome;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_mins(1);
const AGAIN: Duration = Duration::from_millis(50);
/// Nothing but the page: no first steps, no updates, no reports, no other addresses.
const PREFERENCES: &str = r#"
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.telemetry.enabled", false);
"#;

/// Firefox with a profile of its own; it ends with the test.
struct Firefox {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    context: String,
    asked: u64,
    program: Child,
    _home: TempDir,
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Firefox {
    async fn open(language: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let languages = format!("user_pref(\"intl.accept_languages\", \"{language}\");\n");
        std::fs::write(home.path().join("user.js"), [PREFERENCES, &languages].concat()).unwrap();
        let mut command = Command::new("firefox-esr");
        command
            .args(["--headless", "--no-remote", "--remote-debugging-port=0", "--profile"])
            .arg(home.path());
        command.env("HOME", home.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut program = command.spawn().expect("firefox-esr; run scripts/setup test");
        let said = BufReader::new(program.stderr.take().unwrap());
        // It goes on talking: somebody has to listen, or it stops.
        let (tell, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("WebDriver BiDi listening on ") {
                    let _ = tell.send(address.to_owned());
                }
            }
        });
        let address = address.recv_timeout(PATIENCE).expect("Firefox does not listen");
        let (socket, _) = connect_async(format!("{address}/session")).await.unwrap();
        let mut firefox = Self { socket, context: String::new(), asked: 0, program, _home: home };
        firefox.ask("session.new", json!({ "capabilities": {} })).await;
        let tree = firefox.ask("browsingContext.getTree", json!({})).await;
        tree["contexts"][0]["context"].as_str().unwrap().clone_into(&mut firefox.context);
        firefox
    }

    /// A command, and its result; events in between are nobody's.
    async fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.asked += 1;
        let id = self.asked;
        let command = json!({ "id": id, "method": method, "params": params }).to_string();
        self.socket.send(Message::text(command)).await.unwrap();
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            let message = message.expect("Firefox answers").unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == id {
                return if answer["type"] == "success" { Ok(answer["result"].clone()) } else { Err(answer) };
            }
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    async fn go(&mut self, link: &str) {
        let params = json!({ "context": self.context, "url": link, "wait": "complete" });
        self.ask("browsingContext.navigate", params).await;
    }

    /// An expression's value, as a text; none while there is no page to ask.
    async fn evaluate(&mut self, expression: &str) -> Option<String> {
        let expression = format!("String({expression})");
        let target = json!({ "context": self.context });
        let params = json!({ "expression": expression, "target": target, "awaitPromise": false });
        let result = self.try_ask("script.evaluate", params).await.ok()?;
        result["result"]["value"].as_str().map(str::to_owned)
    }

    async fn wait_until(&mut self, what: &str, expression: &str, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.evaluate(expression).await;
            if now.as_deref() == Some(wanted) {
                return;
            }
            assert!(Instant::now() < until, "{what} is {now:?}, not {wanted:?}");
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn wait_for(&mut self, step: &str) {
        self.wait_until("the step", "document.querySelector('main').dataset.step", step).await;
    }

    /// Presses it as a person does, by a pointer in its middle.
    async fn tap(&mut self, hook: &str) {
        let css = format!("[data-testid=\"{hook}\"]");
        let there = format!("document.querySelector('{css}') !== null");
        self.wait_until(&format!("whether {hook} is there"), &there, "true").await;
        self.evaluate(&format!("document.querySelector('{css}').scrollIntoView({{ block: 'center' }})"))
            .await;
        let locator = json!({ "type": "css", "value": css });
        let found = self
            .ask("browsingContext.locateNodes", json!({ "context": self.context, "locator": locator }))
            .await;
        let element = json!({ "sharedId": found["nodes"][0]["sharedId"] });
        let origin = json!({ "type": "element", "element": element });
        let actions = json!([
            { "type": "pointerMove", "x": 0, "y": 0, "origin": origin },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        self.act(json!([{ "type": "pointer", "id": "pointer", "actions": actions }])).await;
    }

    /// Presses the keys, wherever the focus is.
    async fn type_in(&mut self, text: &str) {
        let keys = text.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|what| json!({ "type": what, "value": key.to_string() }))
        });
        let keys: Vec<_> = keys.collect();
        self.act(json!([{ "type": "key", "id": "keyboard", "actions": keys }])).await;
    }

    async fn act(&mut self, actions: Value) {
        let params = json!({ "context": self.context, "actions": actions });
        self.ask("input.performActions", params).await;
    }

    async fn passcode(&mut self) -> String {
        self.wait_for("passcode").await;
        let shown = self.evaluate("document.querySelector('[data-testid=passcode]').textContent").await;
        shown.unwrap().chars().filter(char::is_ascii_digit).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_comes_to_the_end_in_every_language_and_every_way() {
    let table = seat::take().await;
    for language in ["en", "fr", "de", "es", "pt", "ar"] {
        let mut firefox = Firefox::open(language).await;
        let asking = seat::ask(&table, false).await;
        firefox.go(&asking.link).await;
        by_hand(&table, &mut firefox, &asking, language).await;

        let asking = seat::ask(&table, true).await;
        firefox.go(&asking.link).await;
        firefox.tap("began-organization").await;
        finish(&table, &mut firefox, &asking).await;
        let address = firefox.evaluate("location.href").await;
        assert_eq!(address, asking.card.url, "the value is in the address bar");

        let asking = seat::ask(&table, false).await;
        firefox.go(asking.link.rsplit_once('/').unwrap().0).await;
        firefox.tap("number").await;
        firefox.type_in(&asking.number).await;
        firefox.tap("number-go").await;
        by_hand(&table, &mut firefox, &asking, language).await;
    }
}

async fn by_hand(table: &Table, firefox: &mut Firefox, asking: &Asking, language: &str) {
    firefox.wait_for("ask").await;
    firefox.tap("began-organization").await;
    firefox.wait_until("the language", "document.documentElement.lang", language).await;
    firefox.wait_for("field").await;
    firefox.tap("field-0").await;
    firefox.type_in(PHONE).await;
    firefox.wait_until("the reading", "document.querySelector('#reading-0').dataset.tone", "good").await;
    firefox.tap("check").await;
    finish(table, firefox, asking).await;
}

async fn finish(table: &Table, firefox: &mut Firefox, asking: &Asking) {
    let shown = firefox.passcode().await;
    assert_eq!(asking.revealed(table).await, shown);
    firefox.tap("matches").await;
    firefox.wait_for("confirmed").await;
    asking.ends(table, Outcome::Matched).await;
}
