//! What the fuzz targets hold, each a function of bytes that panics when a promise is broken. Run by libFuzzer (`targets/`), and over
//! the kept corpora by `crates/agent/tests/corpora.rs`, which includes this file.

use countersign_agent::sse::{Decoder, Frame};
use countersign_agent::templates::TemplateBook;
use countersign_agent::view::Fill;
use countersign_agent::{deep_link, enrollment, settings};
use countersign_protocol::agent::Offered;
use countersign_protocol::canonical::Region;
use countersign_protocol::cpace::check_share;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{AnswerError, Opened};
use countersign_protocol::wire;
use countersign_protocol::{
    Began, Canonical, Commit, Compare, EntropyError, Field, Kind, Nonce, Offer, RecipientToken, Salt,
    SessionId, Share, Tag,
};
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// What a target holds of its input.
pub type Target = fn(&[u8]);

/// Every target, by name.
pub const TARGETS: [(&str, Target); 11] = [
    ("identifiers", identifiers),
    ("canonical", canonical),
    ("offers", offers),
    ("messages", messages),
    ("shares", shares),
    ("answers", answers),
    ("deep_links", deep_links),
    ("enrollment_links", enrollment_links),
    ("event_stream", event_stream),
    ("templates", templates),
    ("settings", settings_files),
];

/// Texts are read or refused; what is read has one text, which reads to the same again.
pub fn identifiers(data: &[u8]) {
    fn one_text<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<String>
    where
        T::Err: Debug,
    {
        let value: T = text.parse().ok()?;
        let written = value.to_string();
        assert_eq!(written.parse::<T>().unwrap(), value);
        Some(written)
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(written) = one_text::<SessionId>(text) {
        let folded = text.to_ascii_lowercase().replace('o', "0").replace(['i', 'l'], "1");
        assert_eq!(written, folded);
    }
    let written = [
        one_text::<Salt>(text),
        one_text::<Share>(text),
        one_text::<Tag>(text),
        one_text::<Commit>(text),
        one_text::<Nonce>(text),
        one_text::<RecipientToken>(text),
    ];
    assert!(written.into_iter().flatten().all(|written| written == text));
}

/// A value is read or refused; a canonical form reads to itself, and none is empty.
pub fn canonical(data: &[u8]) {
    let Some(([kind, region], rest)) = data.split_first_chunk() else { return };
    let Ok(typed) = std::str::from_utf8(rest) else { return };
    let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
    const REGIONS: [&str; 6] = ["FR", "US", "DE", "IT", "BR", "ZZ"];
    let region: Region = REGIONS[usize::from(*region) % REGIONS.len()].parse().unwrap();
    let Ok(value) = kind.read(&region, typed) else { return };
    assert!(!value.expose().is_empty());
    // A canonical text can be longer than what may be typed, and a number may be read on as another form of number.
    if matches!(kind, Kind::Date | Kind::Text | Kind::Email | Kind::Code)
        && value.expose().chars().count() <= 128
    {
        let again = kind.read(&region, value.expose()).ok().map(|again| again.expose().to_owned());
        assert_eq!(again.as_deref(), Some(value.expose()), "{kind}");
    }
    if kind == Kind::Phone {
        assert!(value.expose().starts_with('+') && (9..=16).contains(&value.expose().len()));
        assert!(value.expose()[1..].bytes().all(|b| b.is_ascii_digit()));
    }
}

/// An offer is read or refused; its bytes are its parts, each after its length, and say everything that is shown.
pub fn offers(data: &[u8]) {
    let Ok(offer) = serde_json::from_slice::<Offer>(data) else { return };
    let bytes = offer.to_bytes();
    let mut rest = bytes.as_slice();
    let mut next = || -> Vec<u8> {
        let (mut len, mut shift) = (0usize, 0);
        loop {
            let (first, after) = rest.split_first().expect("a length");
            (len, rest) = (len | usize::from(first & 0x7f) << shift, after);
            if first & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        let (part, after) = rest.split_at(len);
        rest = after;
        part.to_vec()
    };
    assert_eq!(next(), b"offer");
    assert_eq!(next(), offer.salt.as_bytes());
    assert_eq!(next(), offer.ttl_secs.to_be_bytes());
    assert_eq!(next(), offer.passcode_digits.to_be_bytes());
    assert_eq!(next(), if offer.compare == Compare::Shown { &b"shown"[..] } else { b"typed" });
    assert_eq!(next(), offer.region.as_str().as_bytes());
    for text in [&offer.org_name, &offer.agent_name, &offer.subject] {
        assert_eq!(next(), text.as_bytes());
    }
    assert_eq!(next(), u32::try_from(offer.fields.len()).unwrap().to_be_bytes());
    for field in &offer.fields {
        assert_eq!(next(), field.name.as_bytes());
        assert_eq!(next(), field.kind.as_str().as_bytes());
        assert_eq!(next(), field.hint.as_bytes());
    }
    assert!(rest.is_empty());
    assert_eq!(serde_json::from_str::<Offer>(&serde_json::to_string(&offer).unwrap()).unwrap(), offer);
}

/// A message is read or refused; what was read is written and read again as the same.
pub fn messages(data: &[u8]) {
    fn same<T: serde_json_bounds::Message>(data: &[u8]) {
        if let Ok(message) = serde_json::from_slice::<T>(data) {
            let written = serde_json::to_string(&message).unwrap();
            assert_eq!(serde_json::from_str::<T>(&written).unwrap(), message);
        }
    }
    same::<wire::CreateSession>(data);
    same::<wire::OpenedSession>(data);
    same::<wire::Answer>(data);
    same::<wire::Verdict>(data);
    same::<wire::VerdictState>(data);
    same::<wire::ViewedRequest>(data);
    same::<wire::Outcome>(data);
    same::<wire::AgentEvent>(data);
    same::<wire::Me>(data);
    same::<wire::SharedTemplate>(data);
    same::<wire::AuditPage>(data);
    same::<wire::Problem>(data);
}

mod serde_json_bounds {
    /// What every message is.
    pub trait Message: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug {}
    impl<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug> Message for T {}
}

fn fixed(seed: u8) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut next = seed;
    move |out: &mut [u8]| {
        next = next.wrapping_add(1).max(1);
        out.fill(next);
        Ok(())
    }
}

fn offer() -> Offer {
    let draft = OfferDraft {
        salt: Salt::from_bytes([1; 16]),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: String::new(),
        subject: String::new(),
        fields: vec![Field { name: "Code".into(), kind: Kind::Code, hint: String::new() }],
    };
    draft.check().unwrap()
}

fn channel() -> Channel {
    Channel { origin: "https://verify.example".into(), org_handle: "acme".into() }
}

fn values() -> [Canonical; 1] {
    [Kind::Code.read(&offer().region, "A1").ok().unwrap()]
}

/// A share is an element or it is not, and both sides think the same of it.
pub fn shares(data: &[u8]) {
    let Ok(bytes) = <[u8; 32]>::try_from(data) else { return };
    let share = Share::from_bytes(bytes);
    let id = SessionId::from_bytes([7; 16]);
    let opened = Opened::new(channel(), id, offer(), share.clone());
    let answered = opened.answer(&values(), Began::Recipient, &mut fixed(3));
    match (check_share(&share), answered) {
        (Ok(()), Ok((_, answer))) => assert!(check_share(&answer.share).is_ok()),
        // Our own share, sent back.
        (Ok(()), Err(AnswerError::Share(error))) => assert!(error.to_string().contains("our own")),
        (Err(known), Err(AnswerError::Share(found))) => assert_eq!(known, found),
        (known, answered) => panic!("{known:?} and {:?}", answered.map(|_| ())),
    }
}

/// No answer that was made up is accepted, whatever its parts.
pub fn answers(data: &[u8]) {
    let Some((share, rest)) = data.split_first_chunk::<32>() else { return };
    let Some((commit, rest)) = rest.split_first_chunk::<32>() else { return };
    let Some((tag, rest)) = rest.split_first_chunk::<64>() else { return };
    let began = if rest.first().is_some_and(|b| b & 1 == 1) { Began::Organization } else { Began::Recipient };
    let offered = Offered::begin(
        &channel(),
        SessionId::from_bytes([7; 16]),
        &offer(),
        &values(),
        Began::Recipient,
        &mut fixed(9),
    )
    .unwrap();
    let answer = wire::Answer {
        share: Share::from_bytes(*share),
        commit: Commit::from_bytes(*commit),
        began,
        tag: Tag::from_bytes(*tag),
    };
    assert!(offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).is_err());
}

/// A link fills a form or nothing; what it fills is within the form's bounds.
pub fn deep_links(data: &[u8]) {
    let Ok(link) = std::str::from_utf8(data) else { return };
    match deep_link::parse(link) {
        Fill::Start { subject, value, .. } => {
            assert!(subject.is_none_or(|subject| subject.chars().count() <= 120));
            assert!(value.is_none_or(|value| value.chars().count() <= 128));
        }
        Fill::Enroll { link } => assert!(enrollment::parse(&link).is_ok()),
        Fill::Malformed => {}
    }
}

/// An enrolment link names an origin, encrypted or on this machine, and a code of harmless letters.
pub fn enrollment_links(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(origin) = enrollment::service_origin(text) {
        assert_eq!(enrollment::service_origin(&origin).unwrap(), origin);
        assert!(origin.starts_with("https://") || origin.starts_with("http://"));
    }
    if let Ok(link) = enrollment::parse(text) {
        assert_eq!(enrollment::service_origin(&link.service).unwrap(), link.service);
        assert!(!link.code.is_empty() && link.code.is_ascii());
    }
}

/// However the network cuts a stream, the events are the same; an event's data is read or refused.
pub fn event_stream(data: &[u8]) {
    let Some((cut, stream)) = data.split_first() else { return };
    let whole = Decoder::default().push(stream);
    let mut decoder = Decoder::default();
    let pieces: Result<Vec<Frame>, _> = stream
        .chunks(usize::from(*cut).max(1))
        .map(|piece| decoder.push(piece))
        .collect::<Result<Vec<_>, _>>()
        .map(|frames| frames.into_iter().flatten().collect());
    assert_eq!(whole, pieces);
    for frame in whole.unwrap_or_default() {
        let _ = serde_json::from_str::<wire::AgentEvent>(&frame.data);
    }
}

/// A file of templates is taken whole or not at all; what was taken is written and taken again, and known.
pub fn templates(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut book = TemplateBook::open(folder.path());
    let before = book.list(countersign_agent::view::Language::En).len();
    let mut number = 0;
    let mut fresh = || {
        number += 1;
        number.to_string()
    };
    match book.import(text, &mut fresh) {
        Err(_) => assert_eq!(book.list(countersign_agent::view::Language::En).len(), before),
        Ok(imported) => {
            assert_eq!(
                book.list(countersign_agent::view::Language::En).len() as u64,
                before as u64 + u64::from(imported.added)
            );
            let (written, _) = book.export();
            let again = book.import(&written, &mut fresh).unwrap();
            assert_eq!(u64::from(again.added), 0);
        }
    }
}

/// Settings are read or the defaults stand; what was read is written and read again as the same.
pub fn settings_files(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(read) = toml::from_str::<settings::Settings>(text) {
        let written = toml::to_string(&read).unwrap();
        assert_eq!(toml::from_str::<settings::Settings>(&written).unwrap(), read);
    }
}
