//! The agent at the desk: the real window, driven as a person would.

use crate::stage::{PATIENCE, Stage, app_binary, workspace};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;

/// The agent's window.
pub struct Desk {
    driver: WebDriver,
    /// Keys pressed and things clicked so far; what is typed into an input does not count.
    presses: AtomicU32,
}

impl Desk {
    /// Starts the app on this stage. It practises until it is enrolled.
    pub async fn start(stage: &Stage) -> Self {
        let desk = Self::start_anyhow(stage).await;
        desk.wait_for_state("connection", "online").await;
        desk
    }

    /// Starts the app, connected or not.
    pub async fn start_anyhow(stage: &Stage) -> Self {
        let mut capabilities = Capabilities::new();
        capabilities.set("browserName", "wry").unwrap();
        capabilities.set("tauri:options", json!({ "application": app_binary() })).unwrap();
        let driver =
            WebDriver::new(stage.tauri_driver(), capabilities).await.expect("the window does not open");
        Self { driver, presses: AtomicU32::new(0) }
    }

    /// Starts the app and enrols it with the stage's service.
    pub async fn enrolled(stage: &Stage) -> Self {
        let desk = Self::start(stage).await;
        desk.click("tab-settings").await;
        desk.type_into("enroll-link", &stage.service.enrollment_link("Dana R.")).await;
        desk.click("enroll").await;
        desk.wait_until_gone("practice").await;
        desk.wait_for_state("connection", "online").await;
        desk.click("tab-start").await;
        desk
    }

    /// The element with this hook, once it is there.
    pub async fn find(&self, hook: &str) -> WebElement {
        self.driver
            .query(By::Css(format!("[data-testid=\"{hook}\"]")))
            .wait(PATIENCE, Duration::from_millis(50))
            .first()
            .await
            .unwrap_or_else(|_| panic!("the window does not show {hook}"))
    }

    pub async fn is_there(&self, hook: &str) -> bool {
        let css = format!("[data-testid=\"{hook}\"]");
        // What was there may go while the driver takes hold of it; then it is looked for again.
        loop {
            if let Ok(found) = self.driver.find_all(By::Css(css.as_str())).await {
                return !found.is_empty();
            }
        }
    }

    pub async fn wait_until_gone(&self, hook: &str) {
        self.wait_until_gone_within(hook, PATIENCE).await;
    }

    pub async fn wait_until_gone_within(&self, hook: &str, time: Duration) {
        let until = Instant::now() + time;
        while self.is_there(hook).await {
            assert!(Instant::now() < until, "{hook} stays");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many keys were pressed and things clicked since this was asked last.
    pub fn presses(&self) -> u32 {
        self.presses.swap(0, Ordering::SeqCst)
    }

    pub async fn click(&self, hook: &str) {
        self.presses.fetch_add(1, Ordering::SeqCst);
        let until = Instant::now() + PATIENCE;
        // The window may draw itself anew between finding and clicking.
        while let Err(error) = self.find(hook).await.click().await {
            assert!(Instant::now() < until, "{hook} cannot be clicked: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn type_into(&self, hook: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        // As with clicks.
        while let Err(error) = self.type_once(hook, text).await {
            assert!(Instant::now() < until, "{hook} takes no text: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn type_once(&self, hook: &str, text: &str) -> WebDriverResult<()> {
        let input = self.find(hook).await;
        input.clear().await?;
        // WebKit's driver takes "type nothing" for a mistake.
        if text.is_empty() { Ok(()) } else { input.send_keys(text).await }
    }

    pub async fn text(&self, hook: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.find(hook).await.text().await {
                Ok(text) => return text,
                Err(error) => assert!(Instant::now() < until, "{hook} cannot be read: {error}"),
            }
        }
    }

    /// Everything an element holds as text, cut off at an edge or not.
    pub async fn content(&self, hook: &str) -> String {
        self.find(hook).await.prop("textContent").await.unwrap().unwrap_or_default()
    }

    pub async fn attribute(&self, hook: &str, name: &str) -> Option<String> {
        self.find(hook).await.attr(name).await.ok().flatten()
    }

    pub async fn wait_for_attribute(&self, hook: &str, name: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.attribute(hook, name).await;
            if now.as_deref() == Some(value) {
                return;
            }
            assert!(Instant::now() < until, "{hook}: {name} is {now:?}, not {value}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn wait_for_state(&self, hook: &str, state: &str) {
        self.wait_for_attribute(hook, "data-state", state).await;
    }

    /// The connection as the header shows it.
    pub async fn wait_for_connection(&self, state: &str) {
        self.wait_for_state("connection", state).await;
    }

    pub async fn wait_for_step(&self, step: &str, state: &str) {
        self.wait_for_state(&format!("step-{step}"), state).await;
    }

    pub async fn wait_for_outcome(&self, outcome: &str) {
        self.wait_for_attribute("outcome", "data-outcome", outcome).await;
    }

    /// Fills the form for the phone template and starts; the link.
    pub async fn start_phone(&self, value: &str, began: &str, subject: &str) -> String {
        self.fill_phone(value, began, subject).await;
        self.click("start").await;
        self.link().await
    }

    /// Fills the form for the phone template.
    pub async fn fill_phone(&self, value: &str, began: &str, subject: &str) {
        self.click("template").await;
        self.click("template-option-phone").await;
        self.click(&format!("began-{began}")).await;
        self.type_into("value-0", value).await;
        self.type_into("subject", subject).await;
    }

    /// The open card's link.
    pub async fn link(&self) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            // The card may draw itself anew between finding the link and reading it.
            if let Some(link) = self.attribute("link", "data-url").await {
                return link;
            }
            assert!(Instant::now() < until, "the card has no link");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the card has another link than this one.
    pub async fn wait_for_other_link(&self, old: &str) {
        let until = Instant::now() + PATIENCE;
        while self.link().await == old {
            assert!(Instant::now() < until, "the link stays");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until another card is open than this one, or none.
    pub async fn wait_until_other_card(&self, old: Option<&str>) {
        let until = Instant::now() + PATIENCE;
        while self.is_there("card").await && self.attribute("card", "data-session").await.as_deref() == old {
            assert!(Instant::now() < until, "the card stays");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Sets a date input to the day of this moment.
    pub async fn set_day(&self, hook: &str, at_ms: i64) {
        const SET: &str = "const [hook, at] = arguments; const day = new Date(at); \
            const input = document.querySelector(`[data-testid=\"${hook}\"]`); \
            const two = (n) => String(n).padStart(2, '0'); \
            input.value = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`; \
            input.dispatchEvent(new Event('input', {bubbles: true})); \
            input.dispatchEvent(new Event('change', {bubbles: true}));";
        self.driver.execute(SET, vec![json!(hook), json!(at_ms)]).await.unwrap();
    }

    /// The passcode on the screen, digits only.
    pub async fn passcode(&self) -> String {
        self.text("passcode").await.chars().filter(char::is_ascii_digit).collect()
    }

    /// Whether the passcode's first half stands to the left of its second.
    pub async fn passcode_reads_from_the_left(&self) -> bool {
        const SCRIPT: &str = "const [first, second] = document.querySelectorAll('[data-testid=\"passcode\"] span'); \
            return first.getBoundingClientRect().left < second.getBoundingClientRect().left;";
        self.find("passcode").await;
        self.driver.execute(SCRIPT, vec![]).await.unwrap().convert().unwrap()
    }

    /// Calls a command past every button, as a hostile script in the window would.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        const SCRIPT: &str = "const [command, args, done] = arguments; \
            window.__TAURI_INTERNALS__.invoke(command, args).then(ok => done({ok}), error => done({error}));";
        let answer = self.driver.execute_async(SCRIPT, vec![json!(command), arguments]).await.unwrap();
        let answer = answer.json().clone();
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// What the history shows, newest first: outcomes.
    pub async fn history(&self) -> Vec<String> {
        self.click("tab-history").await;
        self.find("history-row").await;
        let rows = self.driver.find_all(By::Css("[data-testid=\"history-row\"]")).await.unwrap();
        let mut outcomes = Vec::new();
        for row in rows {
            outcomes.push(row.attr("data-outcome").await.unwrap().unwrap_or_default());
        }
        outcomes
    }

    /// Takes a picture of the window as it stands on the display. (`WebKit`'s driver waits for a next frame before it takes one,
    /// and a window at rest draws none.)
    pub async fn picture(&self, stage: &Stage, state: &str) {
        // What was clicked last may still be on its way to the screen.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let windows =
            stage.run("xdotool", &["search", "--onlyvisible", "--name", "^Countersign$"]).unwrap_or_default();
        let window = windows.lines().last().expect("the window is not on the display");
        let path = stage.picture(&format!("desk-{state}"));
        stage
            .run("maim", &["--hidecursor", "--window", window, path.to_str().unwrap()])
            .expect("no picture was taken");
    }

    /// What stands in an input.
    pub async fn value(&self, hook: &str) -> String {
        self.find(hook).await.value().await.unwrap().unwrap_or_default()
    }

    pub async fn wait_for_value(&self, hook: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.value(hook).await;
            if now == value {
                return;
            }
            assert!(Instant::now() < until, "{hook} holds {now:?}, not {value}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for an attribute of the whole document.
    pub async fn wait_for_document(&self, name: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let root = self.driver.find(By::Css("html")).await.unwrap();
            let now = root.attr(name).await.ok().flatten();
            if now.as_deref() == Some(value) {
                return;
            }
            assert!(Instant::now() < until, "the document's {name} is {now:?}, not {value}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Presses a key, wherever the focus is.
    pub async fn press(&self, key: &str) {
        self.presses.fetch_add(1, Ordering::SeqCst);
        self.type_at_focus(key).await;
    }

    /// Presses a key the `WebDriver` has a name for.
    pub async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    pub async fn type_at_focus(&self, text: &str) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// The hook of what has the focus.
    pub async fn focused(&self) -> Option<String> {
        let element = self.driver.active_element().await.ok()?;
        element.attr("data-testid").await.ok().flatten()
    }

    /// Presses Tab until this has the focus.
    pub async fn tab_to(&self, hook: &str) {
        let mut passed = Vec::new();
        for _ in 0..80 {
            let focused = self.focused().await;
            if focused.as_deref() == Some(hook) {
                return;
            }
            passed.push(focused.unwrap_or_default());
            self.press_key(Key::Tab).await;
        }
        panic!("Tab does not come to {hook}, but to {passed:?}");
    }

    /// From wherever the focus is, to another screen by the arrow keys on the tabs.
    pub async fn turn_to(&self, screen: &str) {
        for _ in 0..80 {
            if self.focused().await.is_some_and(|hook| hook.starts_with("tab-")) {
                break;
            }
            self.press_key(Key::Tab).await;
        }
        for _ in 0..5 {
            if self.focused().await.as_deref() == Some(&format!("tab-{screen}")) {
                return;
            }
            self.press_key(Key::Right).await;
        }
        panic!("the arrows do not come to {screen}");
    }

    /// Waits until a switch is off.
    pub async fn wait_until_off(&self, hook: &str) {
        let until = Instant::now() + PATIENCE;
        while self.find(hook).await.is_selected().await.unwrap_or(true) {
            assert!(Instant::now() < until, "{hook} stays on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the first session found tells this day whole, and the year only where it is not this one.
    pub async fn tells_the_day(&self, at_ms: i64) -> bool {
        const LOOK: &str = r"
            const cell = document.querySelector('[data-testid=history-row] .created');
            const year = new Date(arguments[0]).getFullYear();
            const isAnother = year !== new Date().getFullYear();
            return cell.scrollWidth <= cell.clientWidth && cell.textContent.includes(String(year)) === isAnother;";
        self.driver.execute(LOOK, vec![json!(at_ms)]).await.unwrap().convert().unwrap()
    }

    /// The window's inside, in its own pixels.
    pub async fn inner_size(&self) -> (i64, i64) {
        let size = self.driver.execute("return [innerWidth, innerHeight]", vec![]).await.unwrap();
        size.convert().unwrap()
    }

    /// What cannot be reached as the window stands: it scrolls sideways, or a control is cut off at a side. One line a fault.
    pub async fn lost_controls(&self) -> Vec<String> {
        const LOOK: &str = "const faults = []; const width = document.documentElement.clientWidth;             const area = document.scrollingElement;             if (area.scrollWidth > width) faults.push('scrolls sideways: ' + area.scrollWidth + ' > ' + width);             for (const box of document.querySelectorAll('.body, .foot, .screen, .header')) {               if (box.scrollWidth > box.clientWidth + 1) faults.push('scrolls sideways: ' + box.className); }             for (const control of document.querySelectorAll('button, input, select, [role=grid], h1, h2, .passcode')) {               const {left, right, width: wide, height} = control.getBoundingClientRect();               if (wide === 0 || height === 0) continue;               if (left < -1 || right > width + 1)                 faults.push((control.dataset.testid ?? control.className ?? control.tagName) + ': ' + left + '–' + right); }             return faults;";
        self.driver.execute(LOOK, vec![]).await.unwrap().convert().unwrap()
    }

    /// Changes the language past its select, at which the driver cannot aim while the window is enlarged.
    pub async fn speak(&self, language: &str) {
        let view = self.invoke("view", json!({})).await.unwrap();
        let mut preferences = view["preferences"].clone();
        preferences["language"] = json!(language);
        self.invoke("set_preferences", json!({ "preferences": preferences })).await.unwrap();
    }

    /// Enlarges the window's content to twice its size, as a user does: by Ctrl and plus.
    pub async fn enlarge(&self) {
        for _ in 0..5 {
            let chain = self.driver.action_chain().key_down(Key::Control).send_keys("+");
            chain.key_up(Key::Control).perform().await.unwrap();
        }
    }

    pub async fn press_with_control(&self, key: &str) {
        assert_eq!(key, "Enter");
        self.presses.fetch_add(1, Ordering::SeqCst);
        let chain = self.driver.action_chain().key_down(Key::Control).send_keys(Key::Enter);
        chain.key_up(Key::Control).perform().await.unwrap();
    }

    pub async fn wait_for_focus(&self, hook: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let focused = self.driver.active_element().await.ok();
            let name = match &focused {
                Some(element) => element.attr("data-testid").await.ok().flatten(),
                None => None,
            };
            if name.as_deref() == Some(hook) {
                return;
            }
            assert!(Instant::now() < until, "the focus is at {name:?}, not {hook}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes the window this large.
    pub async fn size(&self, width: u32, height: u32) {
        self.driver.set_window_rect(0, 0, width, height).await.unwrap();
    }

    /// What axe-core finds in the window as it stands, one line a fault.
    pub async fn accessibility_faults(&self) -> Vec<String> {
        const RUN: &str = "const [done] = arguments; axe.run(document, {resultTypes: ['violations']}).then(found => \
            done(found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))), \
            error => done(['axe: ' + error]));";
        let axe = std::fs::read_to_string(workspace().join("ui/node_modules/axe-core/axe.min.js")).unwrap();
        self.driver.execute(axe, vec![]).await.unwrap();
        let found = self.driver.execute_async(RUN, vec![]).await.unwrap();
        found.convert().unwrap()
    }

    /// Chooses an option of a select by its value.
    pub async fn choose(&self, hook: &str, value: &str) {
        self.presses.fetch_add(2, Ordering::SeqCst);
        let option = format!("[data-testid=\"{hook}\"] option[value=\"{value}\"]");
        self.find(hook).await;
        self.driver.find(By::Css(option)).await.unwrap().click().await.unwrap();
    }

    /// Everything the window holds as text.
    pub async fn source(&self) -> String {
        self.driver.source().await.unwrap()
    }

    pub async fn close(self) {
        // A window whose program was killed is closed already.
        let _ = self.driver.quit().await;
    }

    /// Lets go of a window whose program is gone.
    pub fn forget(self) {
        assert!(self.driver.leak().is_ok(), "the window was let go of before");
    }
}
