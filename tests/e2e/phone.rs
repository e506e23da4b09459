//! The customer at the phone: a real Chromium of a phone's size.

use crate::daemons::open_browser;
use crate::stage::{PATIENCE, Stage};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::DesiredCapabilities;
use thirtyfour::prelude::*;

/// The customer's browser.
pub struct Phone {
    driver: WebDriver,
}

impl Phone {
    /// Opens a fresh browser at a link.
    pub async fn open(stage: &Stage, link: &str) -> Self {
        Self::open_with(stage, link, None).await
    }

    /// Opens a browser at a link that keeps what it has to keep in this folder, and leaves it there.
    pub async fn open_keeping(stage: &Stage, link: &str, profile: &Path) -> Self {
        Self::open_with(stage, link, Some(profile)).await
    }

    async fn open_with(stage: &Stage, link: &str, profile: Option<&Path>) -> Self {
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=400,860",
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        if let Some(profile) = profile {
            capabilities.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
        }
        let metrics =
            json!({ "deviceMetrics": { "width": 360, "height": 740, "pixelRatio": 2.0, "touch": true } });
        capabilities.add_experimental_option("mobileEmulation", metrics).unwrap();
        let driver = open_browser(&stage.chrome_driver(), capabilities.into()).await;
        let phone = Self { driver };
        phone.go(link).await;
        phone
    }

    pub async fn go(&self, link: &str) {
        self.driver.goto(link).await.unwrap();
    }

    pub async fn find(&self, hook: &str) -> WebElement {
        self.driver
            .query(By::Css(format!("[data-testid=\"{hook}\"]")))
            .wait(PATIENCE, Duration::from_millis(50))
            .first()
            .await
            .unwrap_or_else(|_| panic!("the page does not show {hook}"))
    }

    pub async fn tap(&self, hook: &str) {
        if hook == "check" {
            self.wait_until_read().await;
        }
        let until = Instant::now() + PATIENCE;
        // The page may draw itself anew between finding and tapping.
        while let Err(error) = self.find(hook).await.click().await {
            assert!(Instant::now() < until, "{hook} cannot be tapped: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for the rules for telephone numbers: a number that cannot be read yet would have to be checked again.
    pub async fn wait_until_read(&self) {
        const READ: &str = "const said = [...document.querySelectorAll('.reading.quiet-text')]; \
            return said.every((words) => words.textContent === '');";
        let until = Instant::now() + PATIENCE;
        while !self.driver.execute(READ, vec![]).await.unwrap().convert::<bool>().unwrap() {
            assert!(Instant::now() < until, "what was typed is not read");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn type_into(&self, hook: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        while let Err(error) = self.find(hook).await.send_keys(text).await {
            assert!(Instant::now() < until, "{hook} takes no text: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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

    /// Waits until the page is at this step.
    pub async fn wait_for(&self, step: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            // Between two pages there is neither.
            let now = match self.driver.find(By::Css("main")).await {
                Ok(main) => main.attr("data-step").await.ok().flatten(),
                Err(_) => None,
            };
            if now.as_deref() == Some(step) {
                return;
            }
            assert!(Instant::now() < until, "the page is at {now:?}, not at {step}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Answers who began and enters a value.
    pub async fn answer(&self, began: &str, value: &str) {
        self.tap(&format!("began-{began}")).await;
        self.wait_for("field").await;
        self.type_into("field-0", value).await;
        self.find("reading-0").await;
        self.tap("check").await;
    }

    /// The passcode on the screen, digits only.
    pub async fn passcode(&self) -> String {
        self.wait_for("passcode").await;
        self.text("passcode").await.chars().filter(char::is_ascii_digit).collect()
    }

    pub async fn address(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    /// Types over what stands in an input, as a person does: all of it marked first.
    pub async fn type_over(&self, hook: &str, text: &str) {
        let input = self.find(hook).await;
        input.send_keys(Key::Control + "a").await.unwrap();
        input.send_keys(text).await.unwrap();
    }

    /// Chooses an option of a select by its value.
    pub async fn choose(&self, hook: &str, value: &str) {
        let option = format!("[data-testid=\"{hook}\"] option[value=\"{value}\"]");
        self.driver.find(By::Css(option)).await.unwrap().click().await.unwrap();
    }

    /// Waits for an attribute of the whole document.
    pub async fn wait_for_document(&self, name: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = match self.driver.find(By::Css("html")).await {
                Ok(root) => root.attr(name).await.ok().flatten(),
                Err(_) => None,
            };
            if now.as_deref() == Some(value) {
                return;
            }
            assert!(Instant::now() < until, "the document's {name} is {now:?}, not {value}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn title(&self) -> String {
        self.driver.title().await.unwrap()
    }

    pub async fn source(&self) -> String {
        self.driver.source().await.unwrap()
    }

    /// What the page has left in the browser: cookies, storage, and what its console complained of.
    pub async fn traces(&self) -> String {
        const SCRIPT: &str =
            "return JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])";
        self.driver.execute(SCRIPT, vec![]).await.unwrap().json().as_str().unwrap().to_owned()
    }

    pub async fn picture(&self, stage: &Stage, state: &str) {
        self.driver.screenshot(&stage.picture(&format!("phone-{state}"))).await.unwrap();
    }

    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }
}
