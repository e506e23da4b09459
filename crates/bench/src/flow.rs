//! From the tap in a real Chromium to the passcode on its screen, with the real service and the real agent's engine. The page's own
//! clock measures: from the tap's time stamp to the first frame after the passcode stands in the document.

use crate::desk::Desk;
use crate::figure::{Goal, print, quantile};
use crate::load::Failure;
use crate::program::{Program, Start, staff};
use countersign_protocol::Kind;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::DesiredCapabilities;
use thirtyfour::prelude::*;

const VALUE: &str = "A-77 4812";
const PATIENCE: Duration = Duration::from_secs(30);
const WATCH: &str = r#"
    window.painted = null;
    let tapped = null;
    document.addEventListener("click", (event) => { tapped ??= event.timeStamp; }, { capture: true });
    new MutationObserver((_, observer) => {
        if (!document.querySelector('[data-testid="passcode"]')) return;
        observer.disconnect();
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => { window.painted = performance.now() - tapped; };
            port2.postMessage(null);
        });
    }).observe(document.documentElement, { childList: true, subtree: true, attributes: true });
"#;

/// The browser's driver, until this is dropped.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub async fn run(sessions: usize) -> Result<(), Failure> {
    let (data, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let tokens = staff(data.path(), 1).await?;
    let program = Program::start(&Start::on(data.path()))?;
    let desk = Desk::sit(folder.path(), &program.origin, tokens.first().ok_or("no agent")?).await?;
    let port = countersign_rig::port::free_port();
    let _driver = Driver(quiet(Command::new("chromedriver").arg(format!("--port={port}")))?);
    let browser = browser(port).await?;
    let measured = measure(&browser, &desk, sessions).await;
    browser.quit().await?;
    let mut times = measured?;
    println!("# flow: {} sessions", times.len());
    print("flow_p50_ms", quantile(&mut times, 0.5), "ms", Goal::AtMost(60.0));
    print("flow_p99_ms", quantile(&mut times, 0.99), "ms", Goal::AtMost(150.0));
    Ok(())
}

fn quiet(command: &mut Command) -> Result<Child, Failure> {
    Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

async fn browser(port: u16) -> Result<WebDriver, Failure> {
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in
        ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=400,860"]
    {
        capabilities.add_arg(argument)?;
    }
    let began = Instant::now();
    loop {
        match WebDriver::new(&format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
            Ok(browser) => return Ok(browser),
            Err(_) if began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn measure(browser: &WebDriver, desk: &Desk, sessions: usize) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    // The first runs warm the browser's caches.
    for number in 0..sessions + 3 {
        let (card, link) = desk.start(&[(Kind::Code, VALUE.to_owned())], "").await?;
        browser.goto(&link).await?;
        find(browser, "began-recipient").await?.click().await?;
        find(browser, "field-0").await?.send_keys(VALUE).await?;
        let check = find(browser, "check").await?;
        browser.execute(WATCH, Vec::new()).await?;
        check.click().await?;
        find(browser, "passcode").await?;
        let time = painted(browser).await?;
        if number >= 3 {
            times.push(time);
        }
        find(browser, "matches").await?.click().await?;
        desk.close(&card).await?;
    }
    Ok(times)
}

async fn painted(browser: &WebDriver) -> Result<Duration, Failure> {
    let began = Instant::now();
    loop {
        let ms = browser.execute("return window.painted;", Vec::new()).await?;
        if let Some(ms) = ms.json().as_f64() {
            return Ok(Duration::from_secs_f64(ms / 1000.0));
        }
        if began.elapsed() > PATIENCE {
            return Err("the passcode was not painted".into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn find(browser: &WebDriver, hook: &str) -> Result<WebElement, Failure> {
    let by = By::Css(format!("[data-testid=\"{hook}\"]"));
    Ok(browser.query(by).wait(PATIENCE, Duration::from_millis(20)).first().await?)
}
