//! The tray, as a desktop's panel sees it: the tests own the name every status icon registers with (`org.kde.StatusNotifierWatcher`)
//! and press the menu over `com.canonical.dbusmenu`.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{PATIENCE, Stage, app_binary, wait_for};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tauri::image::Image;
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{Connection, Proxy, connection, interface};

/// Where icons register.
struct Watcher(Arc<Mutex<Vec<(String, String)>>>);

// The signatures are the interface's.
#[allow(clippy::needless_pass_by_value, clippy::unused_self)]
#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, item: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.0.lock().unwrap().push((sender, item.to_owned()));
    }

    fn register_status_notifier_host(&self, host: &str) {
        let _ = host;
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(sender, path)| format!("{sender}{path}")).collect()
    }
}

/// The panel.
pub struct Panel {
    bus: Connection,
    items: Arc<Mutex<Vec<(String, String)>>>,
}

/// An entry of the menu.
#[derive(Debug, Clone)]
struct Entry {
    id: i32,
    label: String,
    checked: bool,
}

impl Panel {
    /// A panel on this stage; icons that come later find it.
    pub async fn on(stage: &Stage) -> Self {
        let items = Arc::new(Mutex::new(Vec::new()));
        let bus = connection::Builder::address(stage.bus())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(items.clone()))
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { bus, items }
    }

    async fn item(&self) -> Proxy<'static> {
        wait_for("the icon", || !self.items.lock().unwrap().is_empty());
        let (sender, path) = self.items.lock().unwrap().last().unwrap().clone();
        // The icon's own word, not what a proxy remembers of it.
        zbus::proxy::Builder::new(&self.bus)
            .destination(sender)
            .unwrap()
            .path(path)
            .unwrap()
            .interface("org.kde.StatusNotifierItem")
            .unwrap()
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
            .unwrap()
    }

    async fn menu(&self) -> Proxy<'static> {
        let item = self.item().await;
        let path: OwnedObjectPath = item.get_property("Menu").await.unwrap();
        let sender = item.destination().to_string();
        Proxy::new(&self.bus, sender, path, "com.canonical.dbusmenu").await.unwrap()
    }

    /// The whole menu, in order, submenus after their head.
    async fn entries(&self) -> Vec<Entry> {
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let menu = self.menu().await;
        let (_, root): (u32, Node) =
            menu.call("GetLayout", &(0i32, -1i32, Vec::<&str>::new())).await.unwrap();
        let mut entries = Vec::new();
        for child in root.2 {
            collect(&child, &mut entries);
        }
        entries
    }

    async fn labels(&self) -> Vec<String> {
        self.entries().await.into_iter().map(|entry| entry.label).filter(|label| !label.is_empty()).collect()
    }

    /// Waits until the menu has this entry.
    async fn find(&self, label: &str) -> Entry {
        let until = Instant::now() + PATIENCE;
        loop {
            let entries = self.entries().await;
            if let Some(found) = entries.iter().find(|entry| entry.label == label) {
                return found.clone();
            }
            assert!(Instant::now() < until, "the menu has no {label}: {entries:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Presses an entry.
    pub async fn press(&self, label: &str) {
        let entry = self.find(label).await;
        let pressed = (entry.id, "clicked", Value::from(0i32), 0u32);
        let _: () = self.menu().await.call("Event", &pressed).await.unwrap();
    }

    /// Waits until the icon shows this picture.
    async fn wait_for_look(&self, look: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("icons").join(format!("{look}.png"));
        let wanted = Image::from_path(path).unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let name: String = self.item().await.get_property("IconName").await.unwrap();
            // The file is written anew with every look; half of one is none.
            let shown = Image::from_path(&name).ok();
            if shown.is_some_and(|shown| shown.rgba() == wanted.rgba()) {
                return;
            }
            assert!(Instant::now() < until, "the icon at {name} is not {look}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn collect(node: &Value<'_>, into: &mut Vec<Entry>) {
    let node = match node {
        Value::Value(inner) => inner.as_ref(),
        other => other,
    };
    let node: &Structure<'_> = node.downcast_ref().unwrap();
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = node.fields() else {
        panic!("a menu of another form: {node:?}");
    };
    let label = properties.get::<_, String>(&"label").ok().flatten().unwrap_or_default();
    let checked = properties.get::<_, i32>(&"toggle-state").ok().flatten() == Some(1);
    into.push(Entry { id: *id, label: label.replace('_', ""), checked });
    for child in children.iter() {
        collect(child, into);
    }
}

/// The tray leads into the program, tells how things stand, and ends it.
#[tokio::test(flavor = "multi_thread")]
async fn the_tray_leads_and_tells() {
    let mut stage = Stage::set("tray");
    let panel = Panel::on(&stage).await;
    let desk = Desk::enrolled(&stage).await;
    panel.find("Phone number").await;
    assert_eq!(
        panel.labels().await,
        ["Quick session", "Phone number", "Open", "History", "Pause notifications", "Quit"]
    );
    panel.wait_for_look("tray").await;

    // Closed into the tray, and back by each of its ways.
    close(&stage);
    panel.press("Open").await;
    wait_for("the window", || !stage.windows().is_empty());
    panel.press("History").await;
    desk.find("history-empty").await;
    desk.invoke("favour_template", serde_json::json!({ "template": "order", "on": true })).await.unwrap();
    panel.press("Order number").await;
    desk.wait_for_value("template", "Order number").await;
    desk.wait_for_focus("value-0").await;

    // A dot while a session is live, another colour while one waits for its reveal.
    desk.type_at_focus("AB-1234").await;
    desk.press_with_control("Enter").await;
    let link = desk.link().await;
    panel.wait_for_look("tray-live").await;
    let phone = Phone::open(&stage, &link).await;
    phone.answer("recipient", "ab1234").await;
    phone.passcode().await;
    panel.wait_for_look("tray-reveal").await;
    desk.press("r").await;
    desk.find("passcode").await;
    panel.wait_for_look("tray-live").await;
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    panel.wait_for_look("tray").await;
    phone.close().await;

    panel.press("Pause notifications").await;
    desk.click("tab-settings").await;
    desk.wait_until_off("notifications").await;
    let until = Instant::now() + PATIENCE;
    while !panel.find("Pause notifications").await.checked {
        assert!(Instant::now() < until, "the menu does not show the pause");
    }
    // In the user's language, at once.
    desk.choose("language", "de").await;
    panel.find("Bestellnummer").await;
    desk.choose("language", "ar").await;
    panel.find("إنهاء").await;
    desk.choose("language", "fr").await;

    // Quit ends it; where the window stood and how large it was is remembered.
    desk.size(700, 620).await;
    wait_for_own_size(&stage);
    panel.press("Quitter").await;
    wait_for("the program to end", || stage.running_app().is_empty());
    desk.forget();
    starts_hidden(&stage, &panel).await;
    stage.start_window_driver();
    let desk = Desk::start(&stage).await;
    wait_for_own_size(&stage);
    let (width, height) = desk.inner_size().await;
    assert!(is_own_size(width, height), "{width} × {height}");
    desk.close().await;
}

/// As the desktop session starts it: in the tray, no window; the tray opens it.
async fn starts_hidden(stage: &Stage, panel: &Panel) {
    panel.items.lock().unwrap().clear();
    let app = stage.start_app(&["--hidden"]);
    panel.find("Quitter").await;
    assert!(stage.windows().is_empty(), "a window in the user's way");
    panel.press("Ouvrir").await;
    wait_for_own_size(stage);
    panel.press("Quitter").await;
    wait_for("the program to end", || stage.running_app().is_empty());
    drop(app);
}

/// A window that was closed and left alone is let go, with the browser's processes it needs; while a session is live it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_is_let_go_unless_a_session_is_live() {
    let stage = Stage::set("let-go");
    let panel = Panel::on(&stage).await;
    let app = app_binary();
    let _app = stage.start("env", &["COUNTERSIGN_WINDOW_KEPT_MS=1000", app.to_str().unwrap(), "--hidden"]);
    panel.find("Open").await;
    assert_eq!(pages(&stage), 0, "a page that nobody asked for");

    panel.press("Open").await;
    wait_for("the window", || !stage.windows().is_empty());
    assert_eq!(pages(&stage), 1);
    close(&stage);
    wait_for("its page to go", || pages(&stage) == 0);

    // Another start shows it, again and again; and so does each way of the tray.
    for _ in 0..2 {
        stage.run(app.to_str().unwrap(), &[]).unwrap();
        wait_for("the window", || !stage.windows().is_empty());
        close(&stage);
        wait_for("its page to go", || pages(&stage) == 0);
    }
    panel.press("History").await;
    wait_for("the window", || !stage.windows().is_empty());
    close(&stage);
    wait_for("its page to go", || pages(&stage) == 0);

    // A link fills the form of a window that is only now made, and what it starts keeps the window.
    stage.run(app.to_str().unwrap(), &["countersign://start?template=order&value=AB-1234"]).unwrap();
    wait_for("the window", || !stage.windows().is_empty());
    tokio::time::sleep(Duration::from_secs(1)).await;
    stage.run("xdotool", &["key", "ctrl+Return"]).unwrap();
    panel.wait_for_look("tray-live").await;
    close(&stage);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(pages(&stage), 1, "let go with a live session");
    panel.press("Open").await;
    wait_for("the window", || !stage.windows().is_empty());
    panel.press("Quit").await;
    wait_for("the program to end", || stage.running_app().is_empty());
}

/// How many pages the app's browser keeps.
fn pages(stage: &Stage) -> usize {
    let app = stage.running_app();
    let found = stage.run("pgrep", &["-P", &app.join(","), "WebKitWebProces"]);
    found.unwrap_or_default().lines().count()
}

/// Closes the window, as a user would.
fn close(stage: &Stage) {
    stage.run("xdotool", &["search", "--onlyvisible", "--name", "^Countersign$", "windowactivate", "--sync"]);
    stage.run("xdotool", &["key", "alt+F4"]).unwrap();
    wait_for("the window to go", || stage.windows().is_empty());
}

/// About 700 × 620: what the frame takes is the window manager's.
fn is_own_size(width: i64, height: i64) -> bool {
    (690..=710).contains(&width) && (580..=630).contains(&height)
}

/// Waits until the display shows the window in the size the test has given it.
fn wait_for_own_size(stage: &Stage) {
    wait_for("the window in the size it had", || {
        stage.windows().iter().any(|window| {
            let said = stage.run("xdotool", &["getwindowgeometry", "--shell", window]).unwrap_or_default();
            let side = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.parse().ok());
            matches!((side("WIDTH="), side("HEIGHT=")), (Some(width), Some(height)) if is_own_size(width, height))
        })
    });
}
