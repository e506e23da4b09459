//! Secrets do not print, copy or serialize, and are gone from memory once they have served.
//!
//! The first is held at compile time. The second is looked at: the process plays whole sessions with marked values and then reads its own
//! memory, all of it that can be written. A value that is kept on purpose has to be found by the same search.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

use countersign_protocol::agent::{Accepted, Offered, Spent, Viewed};
use countersign_protocol::cpace::{Agreed, Ephemeral, Generator, Isk};
use countersign_protocol::keys::{AgentSide, Channel, ConfirmationKey, RecipientSide};
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::{
    Began, Canonical, Compare, EntropyError, Field, Kind, Nonce, Passcode, Reading, RecipientToken, Salt,
    SessionId,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::fmt::{Debug, Display};
use std::io::{Read as _, Seek as _, SeekFrom};
use zeroize::ZeroizeOnDrop;

macro_rules! secret {
    ($($secret:ty),+ $(,)?) => { $(assert_not_impl_any!($secret: Debug, Display, Clone, serde::Serialize);)+ };
}

secret!(
    Canonical,
    Passcode,
    Generator,
    Ephemeral,
    Agreed,
    Isk,
    ConfirmationKey<AgentSide>,
    ConfirmationKey<RecipientSide>
);
secret!(Offered, Spent, Accepted, Viewed, Opened, Answered, Confirmed);

// What is a key, or would open something, is wiped when it is dropped: the compiler holds that somebody does it.
assert_impl_all!(Generator: ZeroizeOnDrop);
assert_impl_all!(Ephemeral: ZeroizeOnDrop);
assert_impl_all!(Agreed: ZeroizeOnDrop);
assert_impl_all!(Isk: ZeroizeOnDrop);
assert_impl_all!(Passcode: ZeroizeOnDrop);
assert_impl_all!(Nonce: ZeroizeOnDrop);
assert_impl_all!(RecipientToken: ZeroizeOnDrop);

// How a value was read is copied to where it is shown, and nowhere printed or sent.
assert_not_impl_any!(Reading: Debug, Display, serde::Serialize);

/// Where `needle` lies in what this process can write: heap, stacks, data.
fn in_memory(needle: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut found = 0;
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|access| access.starts_with("rw")))
    {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        // In pieces, each overlapping the next by the needle's length; the search's own copy is left out.
        let mut piece = vec![0; 1 << 16];
        let own = piece.as_ptr() as u64;
        let own = own..own + piece.len() as u64;
        let mut at = start;
        while at < end {
            if own.contains(&at) {
                at = own.end;
                continue;
            }
            let until = if at < own.start { end.min(own.start) } else { end };
            let size = piece.len().min(usize::try_from(until - at).unwrap());
            if memory.seek(SeekFrom::Start(at)).is_ok() && memory.read_exact(&mut piece[..size]).is_ok() {
                found += piece[..size].windows(needle.len()).filter(|window| *window == needle).count();
            }
            let whole = size < piece.len() || size <= needle.len();
            at += if whole { size as u64 } else { (size - needle.len() + 1) as u64 };
        }
        piece.fill(0);
    }
    found
}

/// The marked value, made anew each time and never written down whole: the search itself must not be what is found.
fn masked(number: u8) -> Vec<u8> {
    (0..124u8).map(|at| b'a' + (at.wrapping_mul(7) ^ number) % 26).map(|letter| letter ^ 0x80).collect()
}

fn unmasked(mask: &[u8]) -> String {
    mask.iter().map(|byte| char::from(byte ^ 0x80)).collect()
}

/// Whether what the mask hides lies in memory: a piece from its middle, for an allocator writes over the start of what is freed.
fn lies_in_memory(mask: &[u8]) -> bool {
    let needle = zeroize::Zeroizing::new(unmasked(&mask[48..72]));
    // The needle itself is one.
    in_memory(needle.as_bytes()) > 1
}

fn session(typed: &str, keep: &mut Vec<String>) {
    let mut counter = 0u8;
    let mut entropy = |out: &mut [u8]| {
        counter += 1;
        out.fill(counter);
        Ok::<(), EntropyError>(())
    };
    let draft = OfferDraft {
        salt: Salt::from_bytes([1; 16]),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: String::new(),
        subject: String::new(),
        fields: vec![Field { name: "Word".into(), kind: Kind::Text, hint: String::new() }],
    };
    let offer = draft.check().unwrap();
    let channel = Channel { origin: "https://verify.example".into(), org_handle: "acme".into() };
    let id = SessionId::from_bytes([7; 16]);
    let read = || [Kind::Text.read(&offer.region, typed).ok().unwrap()];
    let offered = Offered::begin(&channel, id, &offer, &read(), Began::Recipient, &mut entropy).unwrap();
    let opened = Opened::new(channel, id, offer.clone(), offered.share().clone());
    let (answered, answer) = opened.answer(&read(), Began::Recipient, &mut entropy).unwrap();
    let accepted = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).ok().unwrap();
    let confirmed = answered.accept(accepted.tag()).ok().unwrap();
    let viewed = accepted.viewed(confirmed.nonce()).ok().unwrap();
    assert_eq!(viewed.passcode().expose(), confirmed.passcode().expose());
    if keep.capacity() > 0 {
        keep.push(read()[0].expose().to_owned());
    }
}

#[test]
fn a_value_is_gone_from_memory_after_its_session() {
    let mut nothing = Vec::new();
    for number in 0..8 {
        let mask = masked(number);
        {
            let typed = zeroize::Zeroizing::new(unmasked(&mask));
            session(&typed, &mut nothing);
        }
        assert!(!lies_in_memory(&mask), "value {number} is still there");
    }
    // A leak that is planted is found by the same search.
    let mask = masked(100);
    let mut kept = Vec::with_capacity(1);
    {
        let typed = zeroize::Zeroizing::new(unmasked(&mask));
        session(&typed, &mut kept);
    }
    assert!(lies_in_memory(&mask), "the planted leak was not found: the search finds nothing");
    assert_eq!(kept.len(), 1);
}
