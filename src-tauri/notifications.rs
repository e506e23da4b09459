//! Desktop notifications. Their text is a pure function of the notice, and holds no value, no passcode and no link: a
//! notification stays in a daemon's history and on a lock screen.

use crate::window::{self, Navigate};
use countersign_agent::desktop::{Notice, NoticeKind};
use countersign_agent::text::{FluentArgs, Line, say, say_more, say_with};
use notify_rust::{Notification, Timeout, Urgency};
use tauri::AppHandle;

/// What is shown: a summary and a body.
fn text(notice: &Notice) -> (String, String) {
    let Notice { language, subject, .. } = notice;
    let line = match notice.kind {
        NoticeKind::RevealUnlocked => Line::NoticeRevealUnlocked,
        NoticeKind::ValueRefused => Line::NoticeValueRefused,
        NoticeKind::RelaySuspected => Line::NoticeRelaySuspected,
        NoticeKind::LinkTriedAgain => Line::NoticeLinkTriedAgain,
        NoticeKind::Mismatched => Line::NoticeMismatched,
    };
    let body = say_more(*language, line, "text");
    if subject.is_empty() {
        return (say(*language, line), body);
    }
    let mut arguments = FluentArgs::new();
    arguments.set("subject", subject.as_str());
    arguments.set("text", body);
    (say(*language, line), say_with(*language, Line::NoticeAbout, &arguments))
}

/// Where a click leads: with several cards on the table, another one's would be the wrong conversation.
fn leads_to(notice: &Notice) -> Navigate {
    Navigate::card(notice.session.clone())
}

/// Shows a notification; a click on it leads to the session's card.
pub fn send(app: &AppHandle, notice: &Notice) {
    let (summary, body) = text(notice);
    let mut notification = Notification::new();
    notification
        .appname("Countersign")
        .icon("countersign")
        .summary(&summary)
        .body(&body)
        .timeout(Timeout::Milliseconds(20_000));
    if notice.kind.is_alarm() {
        notification.timeout(Timeout::Never);
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    notification
        .urgency(if notice.kind.is_alarm() { Urgency::Critical } else { Urgency::Normal })
        .action("default", &say(notice.language, Line::NoticeOpen));
    let (app, card) = (app.clone(), leads_to(notice));
    // The daemon is another process: it may be slow, and it answers a click minutes later.
    std::thread::spawn(move || match notification.show() {
        Ok(shown) => {
            #[cfg(all(unix, not(target_os = "macos")))]
            shown.wait_for_action(|action| {
                if action == "default" {
                    window::show_at(&app, &card);
                }
            });
            #[cfg(not(all(unix, not(target_os = "macos"))))]
            drop((shown, app, card));
        }
        Err(error) => tracing::warn!(%error, "no notification could be shown"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_agent::view::Language;

    fn notice() -> Notice {
        Notice {
            session: "id".into(),
            subject: "Ticket 4812".into(),
            kind: NoticeKind::RevealUnlocked,
            language: Language::En,
        }
    }

    #[test]
    fn a_click_leads_to_the_card_of_the_session_the_notice_is_about() {
        assert_eq!(leads_to(&notice()), Navigate::card("id".to_owned()));
    }

    #[test]
    fn a_notice_names_its_subject_and_nothing_else_of_the_session() {
        let notice = notice();
        let (summary, body) = text(&notice);
        assert_eq!(summary, "Reveal is unlocked");
        assert!(body.starts_with("Ticket 4812: ") && !body.contains("id"));
        assert!(!text(&Notice { subject: String::new(), ..notice }).1.starts_with(": "));
    }
}
