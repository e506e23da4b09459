//! What holds of every offer, every transcript and every text form (`docs/protocol.md` §2 and §4).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

mod generators {
    pub mod offers;
}

use countersign_protocol::keys::Channel;
use countersign_protocol::offer::{OfferDraft, answer_bytes};
use countersign_protocol::wire::CreateSession;
use countersign_protocol::{
    Began, Commit, Compare, Field, Nonce, Offer, RecipientToken, Salt, SessionId, Share, Tag,
};
use generators::offers;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use std::fmt::Display;
use std::str::FromStr;

/// The parts of an encoding, read back as the document has it: the length in unsigned LEB128, in its shortest form, then as
/// many bytes.
fn parts(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (mut len, mut shift) = (0usize, 0);
        loop {
            let (byte, rest) = bytes.split_first()?;
            bytes = rest;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            match byte {
                // A last byte of zero says nothing: the length has a shorter form.
                0 if shift > 7 => return None,
                0..=0x7f => break,
                _ if shift > 28 => return None,
                _ => {}
            }
        }
        let (part, rest) = bytes.split_at_checked(len)?;
        parts.push(part.to_vec());
        bytes = rest;
    }
    Some(parts)
}

/// The offer that some bytes spell, if they spell one. That there is such a function is why no two offers share their
/// bytes.
fn decoded(bytes: &[u8]) -> Option<Offer> {
    let mut parts = parts(bytes)?.into_iter();
    let mut part = || parts.next();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    let number = |bytes: Vec<u8>| Some(u32::from_be_bytes(bytes.try_into().ok()?));
    let word = |bytes: Vec<u8>| Some(Value::String(text(bytes)?));
    if part()? != b"offer" {
        return None;
    }
    let salt = Salt::from_bytes(part()?.try_into().ok()?);
    let (ttl_secs, passcode_digits) = (number(part()?)?, number(part()?)?);
    let compare: Compare = serde_json::from_value(word(part()?)?).ok()?;
    let region = text(part()?)?.parse().ok()?;
    let (org_name, agent_name, subject) = (text(part()?)?, text(part()?)?, text(part()?)?);
    let mut fields = Vec::new();
    for _ in 0..number(part()?)? {
        let (name, kind, hint) =
            (text(part()?)?, serde_json::from_value(word(part()?)?).ok()?, text(part()?)?);
        fields.push(Field { name, kind, hint });
    }
    if part().is_some() {
        return None;
    }
    OfferDraft { salt, ttl_secs, passcode_digits, compare, region, org_name, agent_name, subject, fields }
        .check()
        .ok()
}

/// Two offers of which one is the other with some of its parts moved: the pairs whose bytes come closest.
fn near_pair() -> impl Strategy<Value = (Offer, Offer)> {
    (offers::offer(), offers::offer(), any::<[bool; 9]>(), any::<bool>()).prop_map(
        |(one, donor, taken, shift)| {
            let mut other = (*one).clone();
            let donor = (*donor).clone();
            if taken[0] {
                other.salt = donor.salt;
            }
            if taken[1] {
                other.ttl_secs = donor.ttl_secs;
            }
            if taken[2] {
                other.passcode_digits = donor.passcode_digits;
            }
            if taken[3] {
                other.compare = donor.compare;
            }
            if taken[4] {
                other.region = donor.region;
            }
            if taken[5] {
                other.org_name = donor.org_name;
            }
            if taken[6] {
                std::mem::swap(&mut other.agent_name, &mut other.subject);
            }
            if taken[7] {
                other.fields.reverse();
            }
            if taken[8] {
                other.fields = donor.fields;
            }
            // The same characters in the same order, divided otherwise.
            if shift
                && let Some(last) = other.agent_name.pop()
                && other.subject.chars().count() < 120
            {
                other.subject.insert(0, last);
            }
            (one, other.check().unwrap())
        },
    )
}

/// Every form that is nearly `text`: with another character, one more, one less, padding, white space.
fn nearly(text: &str, place: Index, other: char) -> Vec<String> {
    let at = text.char_indices().nth(place.index(text.len())).unwrap().0;
    let (before, after) = text.split_at(at);
    let replaced = |with: &str| format!("{before}{with}{}", &after[1..]);
    vec![
        replaced(&other.to_string()),
        replaced(""),
        format!("{before}{other}{after}"),
        format!("{text}{other}"),
        format!("{text}="),
        format!("{text}=="),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}\n"),
        replaced("+"),
        replaced("/"),
        replaced("é"),
        text.replacen('-', "+", 1),
        text.replacen('_', "/", 1),
        text.to_ascii_uppercase(),
        text.to_ascii_lowercase(),
        String::new(),
    ]
}

/// One value, one text: it comes back, and a text that is read is the text of what was read.
fn one_text_form<T>(value: &T, place: Index, other: char) -> Result<(), TestCaseError>
where
    T: Display + FromStr + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    let text = value.to_string();
    prop_assert!(text.parse().is_ok_and(|read: T| read == *value));
    let json = serde_json::to_value(value).unwrap();
    prop_assert_eq!(&json, &json!(text.clone()));
    prop_assert!(serde_json::from_value::<T>(json).is_ok_and(|read| read == *value));
    for near in nearly(&text, place, other) {
        let read = near.parse::<T>();
        if let Ok(read) = &read {
            prop_assert_eq!(read.to_string(), near.clone());
            prop_assert_eq!(read == value, near == text);
        }
        prop_assert_eq!(serde_json::from_value::<T>(json!(near)).is_ok(), read.is_ok());
    }
    Ok(())
}

/// The texts that spell the same bits as `text` but for the last character's, which do not all count.
fn with_other_last_bits(text: &str, alphabet: &str, unused_bits: u32) -> Vec<String> {
    let (rest, last) = text.split_at(text.len() - 1);
    let value = alphabet.find(last).unwrap();
    (1..1usize << unused_bits)
        .map(|bits| format!("{rest}{}", &alphabet[value + bits..=value + bits]))
        .collect()
}

const BASE64URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CROCKFORD: &str = "0123456789abcdefghjkmnpqrstvwxyz";

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_offer_can_be_told_from_its_bytes(offer in offers::offer()) {
        let bytes = offer.to_bytes();
        prop_assert_eq!(&bytes, &offer.clone().to_bytes());
        prop_assert_eq!(decoded(&bytes), Some(offer));
    }

    #[test]
    fn different_offers_have_different_bytes((one, other) in near_pair()) {
        prop_assert_eq!(one.to_bytes() == other.to_bytes(), one == other);
    }

    /// Whatever bit of an offer's bytes is changed, they spell another offer or none: no bit is without meaning.
    #[test]
    fn every_bit_of_an_offer_counts(offer in offers::offer(), place in any::<Index>(), bit in 0..8u8) {
        let mut bytes = offer.to_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if let Some(other) = decoded(&bytes) {
            prop_assert_ne!(&other, &offer);
            prop_assert_eq!(other.to_bytes(), bytes);
        }
    }

    #[test]
    fn offers_round_trip_over_the_wire(offer in offers::offer(), id in any::<[u8; 16]>(), share in any::<[u8; 32]>()) {
        let json = serde_json::to_string(&offer).unwrap();
        let read: Offer = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(read.to_bytes(), offer.to_bytes());
        prop_assert_eq!(&serde_json::to_string(&read).unwrap(), &json);
        prop_assert_eq!(&read, &offer);

        let create = CreateSession::new(SessionId::from_bytes(id), Share::from_bytes(share), &offer, None);
        let json = serde_json::to_string(&create).unwrap();
        let read: CreateSession = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &create);
        prop_assert_eq!(read.offer().unwrap().to_bytes(), offer.to_bytes());
    }

    /// A member that is not known, twice there or of another type is refused: it could not be authenticated.
    #[test]
    fn the_wire_form_has_one_shape(offer in offers::offer(), place in any::<Index>(), name in "[a-z_]{1,12}") {
        let whole = serde_json::to_value(&offer).unwrap();
        let members: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
        prop_assert_eq!(members.len(), 9);
        let member = place.get(&members);

        let mut other_type = whole.clone();
        other_type[member] = json!({});
        prop_assert!(serde_json::from_value::<Offer>(other_type).is_err());

        let mut missing = whole.clone();
        missing.as_object_mut().unwrap().remove(member);
        let optional = ["agent_name", "subject"].contains(&member.as_str());
        prop_assert_eq!(serde_json::from_value::<Offer>(missing).is_ok(), optional);

        let text = serde_json::to_string(&offer).unwrap();
        let twice = format!("{{\"{member}\":{},{}", whole[member], &text[1..]);
        prop_assert!(serde_json::from_str::<Offer>(&twice).is_err());

        if !members.contains(&name) {
            let unknown = format!("{{\"{name}\":0,{}", &text[1..]);
            prop_assert!(serde_json::from_str::<Offer>(&unknown).is_err());
        }
    }

    #[test]
    fn every_bit_of_an_answer_counts(commit in any::<[u8; 32]>(), place in 0..32usize, bit in 0..8u8, began in offers::began()) {
        let bytes = answer_bytes(&Commit::from_bytes(commit), began);
        let word = serde_json::to_value(began).unwrap();
        let expected = [b"answer".to_vec(), commit.to_vec(), word.as_str().unwrap().as_bytes().to_vec()];
        prop_assert_eq!(parts(&bytes), Some(expected.to_vec()));

        let mut flipped = commit;
        flipped[place] ^= 1 << bit;
        prop_assert_ne!(answer_bytes(&Commit::from_bytes(flipped), began), bytes.clone());
        let other = if began == Began::Recipient { Began::Organization } else { Began::Recipient };
        prop_assert_ne!(answer_bytes(&Commit::from_bytes(commit), other), bytes);
    }

    #[test]
    fn channels_differ_when_a_name_does(one in offers::channel(), other in offers::channel(), cut in any::<Index>()) {
        prop_assert_eq!(one.to_bytes() == other.to_bytes(), one == other);
        // The same characters, divided otherwise between origin and handle.
        let whole = format!("{}{}", one.origin, one.org_handle);
        let (origin, org_handle) = whole.split_at(cut.index(whole.len()));
        let divided = Channel { origin: origin.to_owned(), org_handle: org_handle.to_owned() };
        prop_assert_eq!(one.to_bytes() == divided.to_bytes(), one == divided);
    }

    #[test]
    fn a_nonce_has_one_commitment(nonce in any::<[u8; 32]>(), place in 0..32usize, bit in 0..8u8) {
        let commit = Nonce::from_bytes(nonce).commit();
        prop_assert_eq!(&commit, &Nonce::from_bytes(nonce).commit());
        let mut flipped = nonce;
        flipped[place] ^= 1 << bit;
        prop_assert_ne!(Nonce::from_bytes(flipped).commit(), commit);
    }

    #[test]
    fn fixed_values_have_one_text_form(bytes in any::<[u8; 64]>(), place in any::<Index>(), other in any::<char>()) {
        let array = |from: usize| <[u8; 32]>::try_from(&bytes[from..from + 32]).unwrap();
        one_text_form(&Salt::from_bytes(bytes[..16].try_into().unwrap()), place, other)?;
        one_text_form(&Share::from_bytes(array(0)), place, other)?;
        one_text_form(&Commit::from_bytes(array(8)), place, other)?;
        one_text_form(&Nonce::from_bytes(array(16)), place, other)?;
        one_text_form(&RecipientToken::from_bytes(array(32)), place, other)?;
        one_text_form(&Tag::from_bytes(bytes), place, other)?;
    }

    /// Sixteen bytes fill 21⅓ characters, 32 fill 42⅔, 64 fill 85⅓: the bits that are left must be zero.
    #[test]
    fn unused_bits_are_zero(bytes in any::<[u8; 64]>()) {
        let share = Share::from_bytes(bytes[..32].try_into().unwrap()).to_string();
        for text in with_other_last_bits(&share, BASE64URL, 2) {
            prop_assert!(text.parse::<Share>().is_err(), "{}", text);
        }
        let salt = Salt::from_bytes(bytes[..16].try_into().unwrap()).to_string();
        for text in with_other_last_bits(&salt, BASE64URL, 4) {
            prop_assert!(text.parse::<Salt>().is_err(), "{}", text);
        }
        for text in with_other_last_bits(&Tag::from_bytes(bytes).to_string(), BASE64URL, 4) {
            prop_assert!(text.parse::<Tag>().is_err(), "{}", text);
        }
        let id = SessionId::from_bytes(bytes[..16].try_into().unwrap()).to_string();
        for text in with_other_last_bits(&id, CROCKFORD, 2) {
            prop_assert!(text.parse::<SessionId>().is_err(), "{}", text);
        }
    }

    /// A session id has one text, and the readings Crockford allows a person: case, `o` for `0`, `i` and `l` for `1`.
    #[test]
    fn session_ids_forgive_what_people_confuse(bytes in any::<[u8; 16]>(), choices in any::<[u8; 26]>(), place in 0..26usize, wrong in any::<char>()) {
        let id = SessionId::from_bytes(bytes);
        let text = id.to_string();
        prop_assert_eq!(text.len(), 26);
        prop_assert!(text.chars().all(|c| CROCKFORD.contains(c)));
        let typed: String = text.chars().zip(choices).map(|(c, choice)| match (c, choice % 4) {
            ('0', 1) => 'o',
            ('0', 2) => 'O',
            ('1', 1) => 'i',
            ('1', 2) => 'L',
            ('1', 3) => 'l',
            (c, 0 | 1) => c.to_ascii_uppercase(),
            (c, _) => c,
        }).collect();
        prop_assert_eq!(typed.parse(), Ok(id));
        prop_assert_eq!(serde_json::from_value::<SessionId>(json!(typed)).unwrap(), id);

        // Anything else in a place is refused, or it is another id whose text is its own.
        let replaced: String = text.chars().enumerate().map(|(at, c)| if at == place { wrong } else { c }).collect();
        let known = CROCKFORD.contains(wrong.to_ascii_lowercase()) || "oOiIlL".contains(wrong);
        match replaced.parse::<SessionId>() {
            Ok(read) => {
                prop_assert!(known);
                let folded = replaced.to_ascii_lowercase().replace('o', "0").replace(['i', 'l'], "1");
                prop_assert_eq!(read.to_string(), folded);
            }
            Err(_) => prop_assert!(!known || place == 25),
        }
        for other in [&text[..25], &format!("{text}0"), &format!(" {text}"), &format!("{text}\n"), &text.replace(&text[..1], "u")] {
            prop_assert!(other.parse::<SessionId>().is_err(), "{:?}", other);
        }
    }

    /// The order of fields, their number and what they are called are all in the bytes.
    #[test]
    fn fields_cannot_trade_places(offer in offers::offer(), extra in offers::field(), rest in select(vec![true, false])) {
        let mut draft = (*offer).clone();
        if draft.fields.len() == 3 {
            draft.fields.pop();
        } else if rest {
            draft.fields.push(extra);
        } else {
            draft.fields.insert(0, extra);
        }
        prop_assert_ne!(draft.check().unwrap().to_bytes(), offer.to_bytes());
    }
}
