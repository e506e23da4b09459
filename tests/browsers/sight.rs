//! What a state of the page is held to, wherever a test has brought it: axe-core finds nothing (WCAG 2.2 AA and its best
//! practice), nothing is cut off or wider than the screen, everything to press is high enough for a thumb; in light and dark, from
//! left and from right, at 320 pixels, and at 400 % of 1280 pixels. A picture of each is left in `target/screenshots/`.

use crate::browser::{Browser, workspace};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// How somebody looks at the page.
struct View {
    name: &'static str,
    language: &'static str,
    width: u32,
    height: u32,
    /// Device pixels for one of the page's.
    scale: u32,
    media: &'static [(&'static str, &'static str)],
    /// Whether axe-core runs too; the others differ from these by width or by the reader's own colours alone.
    axe: bool,
}

const VIEWS: [View; 4] = [
    View { name: "390-light-en", language: "en", width: 390, height: 780, scale: 2, media: &[], axe: true },
    View {
        name: "320-dark-ar",
        language: "ar",
        width: 320,
        height: 640,
        scale: 2,
        media: &[("prefers-color-scheme", "dark")],
        axe: true,
    },
    // A window of 1280 by 1024 at 400 %.
    View { name: "320-zoom-de", language: "de", width: 320, height: 256, scale: 4, media: &[], axe: false },
    View {
        name: "320-forced-fr",
        language: "fr",
        width: 320,
        height: 640,
        scale: 2,
        media: &[("forced-colors", "active"), ("prefers-reduced-motion", "reduce")],
        axe: false,
    },
];

static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = workspace().join("recipient/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).expect("axe-core; run scripts/setup test")
});

const RUN_AXE: &str = "const done = arguments[0];
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(
      ({ violations }) => done(violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => [id, target.join(' '), failureSummary].join(' | ')))),
      (error) => done([String(error)]))";

/// Whatever stands beside the screen, has its own words cut off, or is too low to press. `.unseen` is for ears alone.
const MEASURE: &str = "const width = arguments[0], faults = [];
    const name = (e) => e.tagName.toLowerCase() + (e.dataset.testid ? `[${e.dataset.testid}]` : e.className ? `.${e.className}` : '');
    if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const e of document.querySelectorAll('main, main *')) {
      if (e.closest('.unseen, option') || !e.checkVisibility()) continue;
      const { left, right, width: w } = e.getBoundingClientRect();
      if (w > 0 && (left < -0.5 || right > width + 0.5)) faults.push(`${name(e)} reaches from ${left} to ${right}`);
      if (!e.matches('input, select, svg, svg *') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
        && getComputedStyle(e).display !== 'inline') faults.push(`${name(e)} is narrower than its words`);
    }
    for (const e of document.querySelectorAll('main :is(button, input, select, summary)')) {
      if (!e.checkVisibility()) continue;
      const { height, width: w } = e.getBoundingClientRect();
      if (height < 44 || w < 44) faults.push(`${name(e)} is ${w} by ${height}`);
    }
    return faults;";

impl Browser {
    /// Looks at the state the page is in, in every view; leaves it in the first one.
    pub async fn look(&self, state: &str) {
        self.look_with(state, true).await;
    }

    /// The same without axe-core, where no script runs.
    pub async fn measure(&self, state: &str) {
        self.look_with(state, false).await;
    }

    async fn look_with(&self, state: &str, axe: bool) {
        let speaks =
            self.evaluate("return document.querySelector('[data-testid=language]') !== null").await == true;
        let mut faults = Vec::new();
        for view in &VIEWS {
            self.take(view).await;
            if speaks {
                self.speak(view.language).await;
            }
            for fault in self.faults(view, axe && view.axe).await {
                faults.push(format!("{} {fault}", view.name));
            }
            self.picture_whole(&format!("state-{state}-{}", view.name)).await;
        }
        self.take(&VIEWS[0]).await;
        if speaks {
            self.speak("en").await;
        }
        assert!(faults.is_empty(), "{state}:\n{}", faults.join("\n"));
    }

    async fn take(&self, view: &View) {
        let View { width, height, scale, .. } = view;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": true });
        self.developer("Emulation.setDeviceMetricsOverride", metrics).await;
        let features: Vec<_> =
            view.media.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.developer("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Chooses a language where the reader would.
    async fn speak(&self, language: &str) {
        let choose = format!(
            "const select = document.querySelector('[data-testid=language]');
             select.value = '{language}'; select.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        self.evaluate(&choose).await;
        self.wait_until("the language", "return document.documentElement.lang", language).await;
    }

    async fn faults(&self, view: &View, axe: bool) -> Vec<String> {
        let measured = self.web.execute(MEASURE, vec![json!(view.width)]).await.unwrap();
        let mut faults = texts(measured.json());
        if axe {
            if self.evaluate("return typeof axe").await == "undefined" {
                self.evaluate(&AXE).await;
            }
            faults.extend(texts(self.web.execute_async(RUN_AXE, vec![]).await.unwrap().json()));
        }
        faults
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What would go unnoticed if the look were blind: a page that is made worse is found to be.
pub async fn notices(browser: &Browser) {
    let worsen = [
        ("document.querySelector('main p').style.color = '#bbb'", "color-contrast"),
        ("document.querySelector('h1').style.minWidth = '500px'", "is 5"),
        (
            "document.querySelector('button').style.cssText = 'min-block-size: 0; padding: 0; font-size: 10px'",
            " by ",
        ),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
    ];
    for (worse, found) in worsen {
        let kept = "const kept = [document.documentElement.lang, ...['main p', 'h1', 'button'].map((s) => document.querySelector(s).style.cssText)];";
        browser.evaluate(&format!("{kept} window.kept = kept; {worse}")).await;
        let faults = browser.faults(&VIEWS[0], true).await;
        assert!(faults.iter().any(|fault| fault.contains(found)), "{worse} is not noticed: {faults:?}");
        let back = "document.documentElement.lang = kept[0];
            ['main p', 'h1', 'button'].forEach((s, place) => { document.querySelector(s).style.cssText = kept[place + 1]; })";
        browser.evaluate(back).await;
    }
}
