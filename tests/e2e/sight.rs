//! The window for who needs it larger: twice the size of everything, and nothing is lost.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::Stage;
use thirtyfour::Key;

/// At twice the size no screen scrolls sideways and every control can be reached, in the narrow window and in a wider one, in the
/// longest language and from right to left.
#[tokio::test(flavor = "multi_thread")]
async fn twice_the_size_loses_nothing() {
    let stage = Stage::set("large");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    desk.enlarge().await;
    let (width, _) = desk.inner_size().await;
    assert!((200..=220).contains(&width), "not twice the size: {width}");
    let mut faults = Vec::new();
    let screens = ["start", "live", "history", "templates", "settings"];
    for screen in screens {
        look_at(&desk, &stage, screen, &mut faults).await;
    }
    desk.speak("de").await;
    desk.wait_for_document("lang", "de").await;
    for screen in screens {
        look_at(&desk, &stage, &format!("{screen}-de"), &mut faults).await;
    }
    desk.turn_to("templates").await;
    desk.tab_to("template-new").await;
    desk.press_key(Key::Enter).await;
    desk.find("template-editor").await;
    note(&desk, &stage, "editor", &mut faults).await;
    desk.tab_to("template-discard").await;
    desk.press_key(Key::Enter).await;

    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "06 12 34 56 78").await;
    phone.passcode().await;
    desk.turn_to("live").await;
    desk.press_key(Key::Tab).await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    note(&desk, &stage, "revealed", &mut faults).await;
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    note(&desk, &stage, "matched", &mut faults).await;
    phone.close().await;

    desk.turn_to("settings").await;
    desk.speak("ar").await;
    desk.wait_for_document("dir", "rtl").await;
    desk.size(1180, 720).await;
    for screen in screens {
        look_at(&desk, &stage, &format!("{screen}-ar-wide"), &mut faults).await;
    }
    assert_eq!(faults, Vec::<String>::new());
    desk.close().await;
}

async fn look_at(desk: &Desk, stage: &Stage, name: &str, faults: &mut Vec<String>) {
    let screen = name.split('-').next().unwrap();
    // By keys: the driver aims its clicks as if nothing were enlarged.
    desk.turn_to(screen).await;
    note(desk, stage, name, faults).await;
}

async fn note(desk: &Desk, stage: &Stage, name: &str, faults: &mut Vec<String>) {
    desk.picture(stage, name).await;
    faults.extend(desk.lost_controls().await.into_iter().map(|fault| format!("{name}: {fault}")));
}
