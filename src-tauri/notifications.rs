//! Desktop notifications. Their text is a pure function of the notice, and holds no value, no passcode and no link: a
//! notification stays in a daemon's history and on a lock screen.

use crate::window::{self, Navigate};
use countersign_agent::desktop::{Notice, NoticeKind};
use notify_rust::{Notification, Timeout, Urgency};
use tauri::AppHandle;

/// What is shown: a summary and a body.
fn text(notice: &Notice) -> (&'static str, String) {
    let (summary, body) = match notice.kind {
        NoticeKind::RevealUnlocked => {
            ("Reveal is unlocked", "The customer sees the passcode. Wait until they ask you for it.")
        }
        NoticeKind::ValueRefused => {
            ("The value did not match", "The session is over. Recreate it to try once more.")
        }
        NoticeKind::RelaySuspected => (
            "Possible relay: do not continue",
            "You disagree on who began. Hang up and call back on a known number.",
        ),
        NoticeKind::LinkTriedAgain => {
            ("Someone else tried the link", "It was opened already. Ask the customer whether both were them.")
        }
        NoticeKind::Mismatched => {
            ("The customer says it does not match", "Do not continue this conversation.")
        }
    };
    if notice.subject.is_empty() {
        (summary, body.to_owned())
    } else {
        (summary, format!("{}: {body}", notice.subject))
    }
}

/// Shows a notification; a click on it leads to the session's card.
pub fn send(app: &AppHandle, notice: &Notice) {
    let (summary, body) = text(notice);
    let mut notification = Notification::new();
    notification
        .appname("Countersign")
        .icon("countersign")
        .summary(summary)
        .body(&body)
        .timeout(Timeout::Milliseconds(20_000));
    if notice.kind.is_alarm() {
        notification.timeout(Timeout::Never);
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    notification
        .urgency(if notice.kind.is_alarm() { Urgency::Critical } else { Urgency::Normal })
        .action("default", "Open");
    let app = app.clone();
    // The daemon is another process: it may be slow, and it answers a click minutes later.
    std::thread::spawn(move || match notification.show() {
        Ok(shown) => {
            #[cfg(all(unix, not(target_os = "macos")))]
            shown.wait_for_action(|action| {
                if action == "default" {
                    window::show_at(&app, &Navigate { screen: "live" });
                }
            });
            #[cfg(not(all(unix, not(target_os = "macos"))))]
            drop((shown, app));
        }
        Err(error) => tracing::warn!(%error, "no notification could be shown"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_its_subject_and_nothing_else_of_the_session() {
        let notice =
            Notice { session: "id".into(), subject: "Ticket 4812".into(), kind: NoticeKind::RevealUnlocked };
        let (summary, body) = text(&notice);
        assert_eq!(summary, "Reveal is unlocked");
        assert!(body.starts_with("Ticket 4812: ") && !body.contains("id"));
        assert!(!text(&Notice { subject: String::new(), ..notice }).1.starts_with(": "));
    }
}
