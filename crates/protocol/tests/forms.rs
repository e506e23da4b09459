//! The forms that stores, streams and errors rely on: names are what is serialized, bounds are where the documents put them, secrets
//! are kept as their hash.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

use countersign_protocol::agent::{BeginError, Offered};
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::{OfferDraft, OfferError};
use countersign_protocol::recipient::{AnswerError, Opened};
use countersign_protocol::stage::{Stage, Step};
use countersign_protocol::wire::{
    Answer, EventKind, MAX_TEMPLATE_ID_CHARS, Outcome, Policy, SharedTemplate, TemplateContent,
    TemplateError, Verdict,
};
use countersign_protocol::{
    Began, Commit, Compare, EntropyError, Field, Kind, Nonce, Reading, RecipientToken, Salt, SessionId,
    Share, Tag,
};
use sha2::{Digest as _, Sha256};

/// 0, 1, 2, …
#[allow(clippy::unnecessary_wraps, reason = "the form of what draws")]
fn counting(out: &mut [u8]) -> Result<(), EntropyError> {
    for (place, byte) in (0..).zip(out) {
        *byte = place;
    }
    Ok(())
}

fn field(kind: Kind) -> Field {
    Field { name: "Order number".into(), kind, hint: String::new() }
}

#[test]
fn a_stage_is_called_what_it_is_written_as() {
    for stage in Stage::ALL {
        assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
    }
}

/// Serde would read an array of the members in their order as well.
#[test]
fn a_field_is_an_object_and_a_reader_is_told_so() {
    let error = serde_json::from_str::<Field>(r#"["Order number", "code", ""]"#).unwrap_err().to_string();
    assert!(error.contains("expected an object"), "{error}");
}

/// `docs/protocol.md` §5, cell by cell: what is not here is out of order.
#[test]
fn each_step_leads_where_the_specification_says() {
    use Stage as S;
    let leads = [
        (Step::Open, vec![(S::Waiting, S::Opened)]),
        (Step::Answer, vec![(S::Opened, S::Answered)]),
        (Step::Accept, vec![(S::Answered, S::Accepted)]),
        (Step::Refuse, vec![(S::Answered, S::Refused)]),
        (Step::View, vec![(S::Accepted, S::Viewed)]),
        (Step::Match, vec![(S::Viewed, S::Matched)]),
        (Step::Mismatch, vec![(S::Accepted, S::Mismatched), (S::Viewed, S::Mismatched)]),
        (
            Step::Reveal,
            vec![(S::Viewed, S::Viewed), (S::Matched, S::Matched), (S::Mismatched, S::Mismatched)],
        ),
        (
            Step::Cancel,
            [S::Waiting, S::Opened, S::Answered, S::Accepted, S::Viewed].map(|s| (s, S::Cancelled)).to_vec(),
        ),
        (Step::Extend, [S::Waiting, S::Opened, S::Answered, S::Accepted, S::Viewed].map(|s| (s, s)).to_vec()),
    ];
    for (step, leads) in leads {
        for stage in Stage::ALL {
            let to = leads.iter().find(|(from, _)| *from == stage).map(|(_, to)| *to);
            assert_eq!(stage.after(step), to, "{stage:?} {step:?}");
        }
    }
    let over = Stage::ALL.into_iter().filter(|stage| stage.is_over());
    assert_eq!(over.collect::<Vec<_>>(), [S::Refused, S::Matched, S::Mismatched, S::Cancelled]);
}

#[test]
fn an_event_is_called_what_it_is_written_as() {
    let answer = Answer {
        share: Share::from_bytes([1; 32]),
        commit: Commit::from_bytes([2; 32]),
        began: Began::Recipient,
        tag: Tag::from_bytes([3; 64]),
    };
    for (event, name) in [
        (EventKind::Opened, "opened"),
        (EventKind::OpenRefused, "open_refused"),
        (EventKind::Answered(answer), "answered"),
        (EventKind::Viewed { nonce: Nonce::from_bytes([4; 32]) }, "viewed"),
        (EventKind::Extended { expires_at: "2026-11-23T10:02:00Z".into(), ttl_ms: 1 }, "extended"),
        (EventKind::Outcome(Outcome { matched: false, unexpected: true }), "outcome"),
        (EventKind::Expired, "expired"),
    ] {
        assert_eq!(event.name(), name);
        assert_eq!(serde_json::to_value(&event).unwrap()["event"], name);
    }
}

#[test]
fn a_verdict_has_a_tag_if_it_accepts_and_only_then() {
    let tag = Tag::from_bytes([5; 64]);
    let accept = Verdict::accept(tag.clone());
    assert!(accept.accepted && accept.tag.as_ref() == Some(&tag) && accept.is_consistent());
    assert!(!Verdict::refuse().accepted && Verdict::refuse().is_consistent());
    assert!(!Verdict { accepted: true, tag: None }.is_consistent());
    assert!(!Verdict { accepted: false, tag: Some(tag) }.is_consistent());
}

#[test]
fn a_policy_that_says_nothing_is_the_documented_one() {
    let policy = Policy::default();
    assert_eq!((policy.ttl_min_secs, policy.ttl_max_secs, policy.passcode_digits), (30, 900, 6));
    assert_eq!(policy.compare, Compare::Shown);
    assert_eq!(policy.kinds, Kind::ALL);
    assert!(policy.numbers && policy.creations_per_minute.is_none());
}

#[test]
fn a_template_is_within_its_bounds() {
    let content = TemplateContent {
        name: "Call back".into(),
        began: Began::Recipient,
        fields: vec![field(Kind::Code)],
    };
    let named = |id: &str| content.clone().named(id.into());
    let template = named("call-back-2");
    assert_eq!(
        (template.id.as_str(), template.name.as_str(), template.began),
        ("call-back-2", "Call back", Began::Recipient)
    );
    assert_eq!(template.fields, content.fields);
    for id in ["a", "0", "-", &"z".repeat(MAX_TEMPLATE_ID_CHARS)] {
        assert_eq!(named(id).check(), Ok(()), "{id}");
    }
    for id in ["", "A", "a b", "a_b", "é", &"z".repeat(MAX_TEMPLATE_ID_CHARS + 1)] {
        assert_eq!(named(id).check(), Err(TemplateError::Id), "{id}");
    }
    let called = |name: &str| SharedTemplate { name: name.into(), ..template.clone() };
    for name in ["x", &"x".repeat(60)] {
        assert_eq!(called(name).check(), Ok(()), "{name}");
    }
    for name in ["", "  ", "a\u{7}", &"x".repeat(61)] {
        assert_eq!(called(name).check(), Err(TemplateError::Name), "{name:?}");
    }
    let asking = |fields: Vec<Field>| SharedTemplate { fields, ..template.clone() };
    for fields in [Vec::new(), vec![field(Kind::Code); 4]] {
        assert!(matches!(asking(fields).check(), Err(TemplateError::Fields(OfferError::FieldCount))));
    }
}

#[test]
fn what_is_drawn_is_what_the_generator_gave() {
    let counted: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
    assert_eq!(Salt::draw(&mut counting).unwrap().as_bytes(), &counted[..16]);
    assert_eq!(SessionId::draw(&mut counting).unwrap().as_bytes(), &counted[..16]);
    let token = RecipientToken::draw(&mut counting).unwrap();
    assert_eq!(token.as_bytes(), &counted);
    assert_eq!(token.sha256(), <[u8; 32]>::from(Sha256::digest(counted)));
    let mut empty = |_: &mut [u8]| Err(EntropyError);
    assert!(Salt::draw(&mut empty).is_err() && SessionId::draw(&mut empty).is_err());
    assert!(RecipientToken::draw(&mut empty).is_err());
}

#[test]
fn values_fit_the_fields_that_are_asked_for() {
    let offer = OfferDraft {
        salt: Salt::from_bytes([0; 16]),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: "Dana".into(),
        subject: String::new(),
        fields: vec![field(Kind::Code)],
    };
    let offer = offer.check().unwrap();
    let channel = Channel { origin: "https://verify.example".into(), org_handle: "acme".into() };
    let id = SessionId::from_bytes([1; 16]);
    let read = |kind: Kind| kind.read(&offer.region, "4812").unwrap();
    for values in [Vec::new(), vec![read(Kind::Text)], vec![read(Kind::Code), read(Kind::Code)]] {
        let begun = Offered::begin(&channel, id, &offer, &values, Began::Recipient, &mut counting);
        assert!(matches!(begun.err(), Some(BeginError::ValuesDoNotFit)));
        let opened = Opened::new(channel.clone(), id, offer.clone(), Share::from_bytes([9; 32]));
        let answered = opened.answer(&values, Began::Recipient, &mut counting);
        assert!(matches!(answered.err(), Some(AnswerError::Begin(BeginError::ValuesDoNotFit))));
    }
    assert!(
        Offered::begin(&channel, id, &offer, &[read(Kind::Code)], Began::Recipient, &mut counting).is_ok()
    );
}

#[test]
fn a_kind_is_called_what_it_is_written_as() {
    for kind in Kind::ALL {
        assert_eq!(kind.to_string(), kind.as_str());
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}

/// What a window shows beside a number: the country it belongs to, and none where it belongs to none.
#[test]
fn a_phone_number_is_shown_with_its_country_if_it_has_one() {
    let read = |typed: &str| Kind::Phone.read(&"FR".parse().unwrap(), typed).unwrap().reading().clone();
    let Reading::Phone { region, international, valid } = read("06 12 34 56 78") else {
        panic!("no phone number")
    };
    assert_eq!((region.as_deref(), international.as_str(), valid), (Some("FR"), "+33 6 12 34 56 78", true));
    // An international freephone number, of no country.
    let Reading::Phone { region, valid, .. } = read("+800 1234 5678") else { panic!("no phone number") };
    assert_eq!((region, valid), (None, true));
}
