use super::*;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::Opened;
use countersign_protocol::{Compare, EntropyError, Field, Kind, Offer, Salt};

const NO: wire::Outcome = wire::Outcome { matched: false, unexpected: false };
const YES: wire::Outcome = wire::Outcome { matched: true, unexpected: false };
const UNEXPECTED: wire::Outcome = wire::Outcome { matched: false, unexpected: true };

fn entropy(out: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(out).map_err(|_| EntropyError)
}

fn channel() -> Channel {
    Channel { origin: "https://verify.example".into(), org_handle: "acme".into() }
}

fn offer() -> Offer {
    let field = Field { name: "Customer number".into(), kind: Kind::Code, hint: String::new() };
    let draft = OfferDraft {
        salt: Salt::draw(&mut entropy).unwrap(),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: String::new(),
        subject: String::new(),
        fields: vec![field],
    };
    draft.check().unwrap()
}

/// A session of two minutes that ends at 12:02 by the service's clock, and the recipient's side of it.
fn begun(now: Instant) -> (LiveSession, Opened) {
    let id = SessionId::draw(&mut entropy).unwrap();
    let offer = offer();
    let values = [Kind::Code.read(&offer.region, "12345678").unwrap()];
    let began = Began::Recipient;
    let offered = Offered::begin(&channel(), id, &offer, &values, began, &mut entropy).unwrap();
    let opened = Opened::new(channel(), id, offer, offered.share().clone());
    let entry = Entry {
        template: None,
        fields: Vec::new(),
        values: Vec::new(),
        subject: String::new(),
        began,
        ttl_secs: 120,
        prefill: false,
        language: Language::En,
    };
    let placed = Placed {
        left: Duration::from_mins(2),
        expires_at: "2026-01-01T12:02:00Z".to_owned(),
        ..Placed::default()
    };
    (LiveSession::new(id, entry, offered, placed, 0, now), opened)
}

fn tell(session: &mut LiveSession, event: &EventKind, now: Instant) -> Vec<Effect> {
    session.event(event, now, |_| Ok(()))
}

/// A session whose passcode both sides have seen.
fn revealed(now: Instant) -> LiveSession {
    let (mut session, opened) = begun(now);
    let value = Kind::Code.read(&"FR".parse().unwrap(), "12345678").unwrap();
    let (answered, answer) = opened.answer(&[value], Began::Recipient, &mut entropy).unwrap();
    let effects = tell(&mut session, &EventKind::Answered(answer), now);
    let tag = effects.into_iter().find_map(|effect| match effect {
        Effect::Verdict(verdict) => verdict.tag,
        _ => None,
    });
    let confirmed = answered.accept(&tag.unwrap()).ok().unwrap();
    tell(&mut session, &EventKind::Viewed { nonce: confirmed.nonce().clone() }, now);
    session.reveal().unwrap();
    session
}

#[test]
fn a_customer_who_says_no_is_heard_after_time_has_run_out_or_the_agent_has_called_off() {
    let now = Instant::now();
    for (said, outcome) in [(NO, Outcome::Mismatched), (UNEXPECTED, Outcome::Unexpected)] {
        for cancelled in [false, true] {
            let mut session = revealed(now);
            if cancelled {
                session.cancel().unwrap();
            } else {
                session.tick(now + Duration::from_mins(2));
            }
            let effects = tell(&mut session, &EventKind::Outcome(said), now);
            assert!(effects.contains(&Effect::Notify(NoticeKind::Mismatched)), "{effects:?}");
            assert!(effects.contains(&Effect::Record(Milestone::Ended(outcome))), "{effects:?}");
            assert_eq!(session.view(now, true).outcome, Some(outcome));
            // Once: the same word again, or another, changes nothing.
            for said in [NO, UNEXPECTED, YES] {
                assert_eq!(tell(&mut session, &EventKind::Outcome(said), now), []);
                assert_eq!(session.view(now, true).outcome, Some(outcome));
            }
        }
    }
}

#[test]
fn a_match_that_comes_after_the_time_is_one_only_where_both_had_seen_the_code() {
    let (now, late) = (Instant::now(), Instant::now() + Duration::from_mins(3));
    let mut session = revealed(now);
    session.tick(late);
    tell(&mut session, &EventKind::Outcome(YES), late);
    assert_eq!(session.view(late, true).outcome, Some(Outcome::Matched));

    let (mut unseen, _) = begun(now);
    unseen.tick(late);
    assert_eq!(tell(&mut unseen, &EventKind::Outcome(YES), late), []);
    assert_eq!(unseen.view(late, true).outcome, Some(Outcome::Expired));

    let mut cancelled = revealed(now);
    cancelled.cancel().unwrap();
    assert_eq!(tell(&mut cancelled, &EventKind::Outcome(YES), late), []);
    assert_eq!(cancelled.view(late, true).outcome, Some(Outcome::Cancelled));
}

#[test]
fn other_ends_stand_whatever_is_said_after_them() {
    let now = Instant::now();
    let mut session = revealed(now);
    tell(&mut session, &EventKind::Outcome(YES), now);
    for event in [EventKind::Outcome(NO), EventKind::Expired, EventKind::Opened] {
        assert_eq!(tell(&mut session, &event, now), []);
    }
    assert_eq!(session.view(now, true).outcome, Some(Outcome::Matched));
}

#[test]
fn more_time_moves_the_end_by_as_much_as_the_service_moved_it_however_late_or_often_that_is_said() {
    let now = Instant::now();
    let (mut session, _) = begun(now);
    let more = || EventKind::Extended { expires_at: "2026-01-01T12:04:00Z".into(), ttl_ms: 200_000 };
    // The service gave it after forty seconds; the event comes a minute after that, and then once more.
    for said in [100, 150] {
        tell(&mut session, &more(), now + Duration::from_secs(said));
        assert_eq!(session.left(now), Duration::from_mins(4));
    }
    let asked = wire::Extended { expires_at: "2026-01-01T12:04:00Z".into(), ttl_ms: 200_000 };
    session.extended(&asked, now + Duration::from_secs(160));
    assert_eq!(session.left(now), Duration::from_mins(4));
    // An older one moves nothing back.
    let older = EventKind::Extended { expires_at: "2026-01-01T12:03:00Z".into(), ttl_ms: 200_000 };
    tell(&mut session, &older, now + Duration::from_secs(170));
    assert_eq!(session.left(now), Duration::from_mins(4));
}

#[test]
fn more_time_is_shown_and_what_was_asked_for_is_kept_for_starting_over() {
    let now = Instant::now();
    let (mut session, _) = begun(now);
    let more = EventKind::Extended { expires_at: "2026-01-01T12:04:00Z".into(), ttl_ms: 240_000 };
    tell(&mut session, &more, now);
    assert_eq!(session.view(now, true).ttl_secs, 240);
    assert_eq!(session.entry().ttl_secs, 120);
}
