//! The vector files both implementations are held to, Rust here and TypeScript in `recipient/`.
//!
//! - `testdata/canonical.json`: typed values and their canonical forms or refusals, written by hand from the rules
//! - `testdata/exchange.json`: whole exchanges with fixed randomness; `UPDATE_VECTORS=1` writes it anew from its inputs

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect)] // a test, helpers included

use countersign_protocol::agent::{Offered, Refusal};
use countersign_protocol::canonical::Region;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::Opened;
use countersign_protocol::wire;
use countersign_protocol::{Began, Canonical, EntropyError, Kind, Offer, Reading, SessionId};
use serde_json::{Value, json};

fn load(name: &str) -> Value {
    let path = format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn canonical_forms() {
    let file = load("canonical.json");
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let kind: Kind = serde_json::from_value(case["kind"].clone()).unwrap();
        let region: Region = case["region"].as_str().unwrap_or("FR").parse().unwrap();
        let got = match kind.read(&region, case["input"].as_str().unwrap()) {
            Ok(value) => {
                let mut got = json!({ "canonical": value.expose() });
                if let (Some(_), Reading::Phone { valid, .. }) = (case.get("valid"), value.reading()) {
                    got["valid"] = json!(valid);
                }
                got
            }
            Err(error) => json!({ "error": error.code() }),
        };
        let differs = |(name, value): (&String, &Value)| case.get(name) != Some(value);
        if got.as_object().unwrap().iter().any(differs) {
            wrong.push(format!("{case}\n    got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Hands out prepared bytes, draw by draw.
fn prepared(draws: Vec<Vec<u8>>) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut draws = draws.into_iter();
    move |out| {
        out.copy_from_slice(&draws.next().unwrap());
        Ok(())
    }
}

fn read_values(offer: &Offer, values: &Value) -> Vec<Canonical> {
    let typed = values.as_array().unwrap().iter().map(|value| value.as_str().unwrap());
    offer
        .fields
        .iter()
        .zip(typed)
        .map(|(field, typed)| field.kind.read(&offer.region, typed).ok().unwrap())
        .collect()
}

/// Runs one exchange from a case's inputs; the case with every output filled in.
fn run(case: &Value) -> Value {
    let offer: Offer = serde_json::from_value(case["offer"].clone()).unwrap();
    let id: SessionId = case["session_id"].as_str().unwrap().parse().unwrap();
    let began: Began = serde_json::from_value(case["began"].clone()).unwrap();
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    let channel = Channel { origin: text("origin"), org_handle: text("handle") };

    let values = read_values(&offer, &case["values"]);
    let mut agent_entropy = prepared(vec![unhex(&case["ya"])]);
    let offered = Offered::begin(&channel, id, &offer, &values, began, &mut agent_entropy).unwrap();
    let agent_share = offered.share().clone();

    let opened = Opened::new(channel.clone(), id, offer.clone(), agent_share.clone());
    let mut recipient_entropy = prepared(vec![unhex(&case["nonce"]), unhex(&case["yb"])]);
    let (answered, answer) = opened.answer(&values, began, &mut recipient_entropy).unwrap();

    let spent = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap();
    let accepted = spent.check(&answer).ok().unwrap();
    let tag_a = accepted.tag().clone();
    let confirmed = answered.accept(&tag_a).ok().unwrap();
    let viewed = accepted.viewed(confirmed.nonce()).ok().unwrap();
    assert_eq!(viewed.passcode().expose(), confirmed.passcode().expose());

    let mut filled = case.clone();
    let mut put = |name: &str, value: String| filled[name] = Value::String(value);
    put("ci", hex(&channel.to_bytes()));
    put("offer_bytes", hex(&offer.to_bytes()));
    put("ada", hex(&offer.to_bytes()));
    put("adb", hex(&countersign_protocol::offer::answer_bytes(&answer.commit, began)));
    put("Ya", hex(agent_share.as_bytes()));
    put("Yb", hex(answer.share.as_bytes()));
    put("commit", hex(answer.commit.as_bytes()));
    put("tag_a", hex(tag_a.as_bytes()));
    put("tag_b", hex(answer.tag.as_bytes()));
    put("passcode", confirmed.passcode().expose().to_owned());
    filled
}

#[test]
fn whole_exchanges() {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        write_exchanges();
    }
    let file = load("exchange.json");
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 8);
    for case in cases {
        assert_eq!(&run(case), case, "{}", case["name"]);
    }
}

fn write_exchanges() {
    let field = |name: &str, kind: Kind, hint: &str| json!({ "name": name, "kind": kind, "hint": hint });
    let base = json!({
        "salt": "AAECAwQFBgcICQoLDA0ODw", "ttl_secs": 120, "passcode_digits": 6, "compare": "shown", "region": "FR",
        "org_name": "Acme", "agent_name": "Dana", "subject": "Ticket 4812",
        "fields": [field("Phone number", Kind::Phone, "The number we are calling")],
    });
    let with = |changes: Value| {
        let mut offer = base.clone();
        for (name, value) in changes.as_object().unwrap() {
            offer[name] = value.clone();
        }
        offer
    };
    let inputs = [
        ("phone", base.clone(), json!(["06 12 34 56 78"]), "organization"),
        ("recipient began", base.clone(), json!(["+33612345678"]), "recipient"),
        (
            "no agent, no subject",
            with(json!({ "agent_name": "", "subject": "" })),
            json!(["0612345678"]),
            "organization",
        ),
        (
            "eight digits, typed",
            with(json!({ "passcode_digits": 8, "compare": "typed" })),
            json!(["0612345678"]),
            "recipient",
        ),
        (
            "four digits, longest",
            with(json!({ "passcode_digits": 4, "ttl_secs": 900 })),
            json!(["0612345678"]),
            "recipient",
        ),
        (
            "three fields",
            with(
                json!({ "fields": [field("Date of birth", Kind::Date, ""), field("Postcode", Kind::Code, "Of your address"),
                field("Amount", Kind::Number, "")] }),
            ),
            json!(["1984-02-29", "sw1a 1aa", "1 234,50"]),
            "organization",
        ),
        (
            "texts of many scripts",
            with(
                json!({ "org_name": "Électricité Générale 東京", "agent_name": "دانا", "subject": "Übergabe № 5 🙂",
                "fields": [field("  Kennwort \u{200b}", Kind::Text, "ß")] }),
            ),
            json!(["  GROẞE\u{00a0}Ångström "]),
            "organization",
        ),
        (
            "long value fills the hash block",
            with(json!({ "fields": [field("E-mail", Kind::Email, "")] })),
            json!([format!("{}@example.org", "é".repeat(100))]),
            "recipient",
        ),
        (
            "shortest",
            with(json!({ "ttl_secs": 30, "region": "US" })),
            json!(["(212) 555-2368"]),
            "organization",
        ),
    ];
    let cases: Vec<_> = (0u8..)
        .zip(inputs)
        .map(|(n, (name, offer, values, began))| {
            // Fixed bytes; scalars keep their top four bits clear so that both sides use them as they are.
            let bytes = |seed: u8| (0..32u8).map(|at| seed.wrapping_mul(31).wrapping_add(at.wrapping_mul(7))).collect::<Vec<_>>();
            let scalar = |seed: u8| {
                let mut bytes = bytes(seed);
                bytes[31] &= 0x0f;
                hex(&bytes)
            };
            let mut id = [0u8; 16];
            id.copy_from_slice(&bytes(200 + n)[..16]);
            let id = SessionId::from_bytes(id).to_string();
            let origin = if n % 2 == 0 { "https://verify.example" } else { "http://127.0.0.1:8080" };
            run(&json!({
                "name": name, "session_id": id, "origin": origin, "handle": "acme", "offer": offer, "values": values,
                "began": began, "ya": scalar(n + 1), "yb": scalar(n + 101), "nonce": hex(&bytes(n + 50)),
            }))
        })
        .collect();
    let file = json!({
        "origin": "Computed by this crate from the inputs in crates/protocol/tests/vectors.rs (UPDATE_VECTORS=1) and held to by both \
                   implementations; byte strings in hex, identifiers and salt in their text forms.",
        "cases": cases,
    });
    let path = format!("{}/testdata/exchange.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
}

#[test]
fn refusals_of_an_answer_do_not_say_more_than_they_must() {
    let case = &load("exchange.json")["cases"][0];
    let offer: Offer = serde_json::from_value(case["offer"].clone()).unwrap();
    let id: SessionId = case["session_id"].as_str().unwrap().parse().unwrap();
    let channel = Channel { origin: "https://verify.example".into(), org_handle: "acme".into() };
    let attempt = |agent: &str,
                   recipient: &str,
                   said: [Began; 2],
                   change: &dyn Fn(&mut OfferDraft, &mut wire::Answer)| {
        let read = |typed: &str| vec![Kind::Phone.read(&offer.region, typed).ok().unwrap()];
        let mut entropy = |out: &mut [u8]| {
            distinct_bytes(out);
            Ok::<(), EntropyError>(())
        };
        let offered = Offered::begin(&channel, id, &offer, &read(agent), said[0], &mut entropy).unwrap();
        let mut shown: OfferDraft = (*offer).clone();
        let mut ignored: wire::Answer = serde_json::from_value(json!({
            "share": "A".repeat(43), "commit": "A".repeat(43), "began": "recipient", "tag": "A".repeat(86) }))
        .unwrap();
        change(&mut shown, &mut ignored);
        let opened = Opened::new(channel.clone(), id, shown.check().unwrap(), offered.share().clone());
        let (_, mut answer) = opened.answer(&read(recipient), said[1], &mut entropy).unwrap();
        change(&mut (*offer).clone(), &mut answer);
        offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).err()
    };
    let same = [Began::Recipient; 2];
    let (right, wrong) = ("0612345678", "0612345679");
    assert_eq!(attempt(right, right, same, &|_, _| {}), None);
    assert_eq!(attempt(right, wrong, same, &|_, _| {}), Some(Refusal::NotConfirmed));
    let relayed = [Began::Recipient, Began::Organization];
    assert_eq!(attempt(right, right, relayed, &|_, _| {}), Some(Refusal::RelaySuspected));
    // A wrong value and a contradiction: only an authenticated recipient can disagree.
    assert_eq!(attempt(right, wrong, relayed, &|_, _| {}), Some(Refusal::NotConfirmed));
    assert_eq!(attempt(right, right, same, &|o, _| o.subject.push('x')), Some(Refusal::NotConfirmed));
    assert_eq!(attempt(right, right, same, &|o, _| o.passcode_digits = 4), Some(Refusal::NotConfirmed));
    assert_eq!(
        attempt(right, right, same, &|_, a| a.began = Began::Organization),
        Some(Refusal::NotConfirmed)
    );
}

/// Counter-based bytes: distinct on every draw, the same on every run.
fn distinct_bytes(out: &mut [u8]) {
    use std::sync::atomic::{AtomicU8, Ordering};
    static NEXT: AtomicU8 = AtomicU8::new(1);
    out.fill(NEXT.fetch_add(1, Ordering::Relaxed));
}
