//! CPace against an independent implementation, the crate `pakery-cpace`: the same inputs lead both to the same shares, tags
//! and passcode, in both roles; inputs that differ in anything lead to a refusal.
//!
//! What goes into CPace (`CI`, `PRS`, `sid`, `ADa`, `ADb`) and what is made of its key (tags, passcode) is computed here a
//! second time from `docs/protocol.md` §4, with nothing of this crate.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

mod generators {
    pub mod offers;
    pub mod values;
}

use countersign_protocol::agent::{Offered, Refusal};
use countersign_protocol::cpace::Generator;
use countersign_protocol::keys::Channel;
use countersign_protocol::recipient::Opened;
use countersign_protocol::wire;
use countersign_protocol::{Began, Canonical, Commit, EntropyError, Nonce, Offer, SessionId, Share, Tag};
use generators::{offers, values};
use pakery_core::crypto::{CpaceGroup as _, Hash as _, Kdf as _, Mac as _};
use pakery_core::encoding::lv_cat;
use pakery_cpace::generator::calculate_generator;
use pakery_cpace::{CpaceCiphersuite, CpaceError, CpaceInitiator, CpaceMode, CpaceResponder};
use pakery_crypto::{HkdfSha512, HmacSha512, Ristretto255Group, Sha512Hash};
use proptest::prelude::*;
use proptest::sample::Index;
use std::convert::Infallible;

/// CPACE-RISTR255-SHA512.
struct Suite;

impl CpaceCiphersuite for Suite {
    type Group = Ristretto255Group;
    type Hash = Sha512Hash;
    const DSI: &'static [u8] = b"CPaceRistretto255";
    const HASH_BLOCK_SIZE: usize = 128;
    const FIELD_SIZE_BYTES: usize = 32;
}

/// Gives the other implementation, which reduces 64 bytes, the scalar that ours takes from 32 with the top bits cleared.
struct Fixed([u8; 32]);

impl rand_core::TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only whole scalars are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only whole scalars are drawn")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        assert_eq!(out.len(), 64);
        out.fill(0);
        out[..32].copy_from_slice(&self.0);
        out[31] &= 0x0f;
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Fixed {}

/// Hands out prepared bytes, draw by draw.
fn prepared<const N: usize>(draws: [[u8; 32]; N]) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut draws = draws.into_iter();
    move |out| {
        out.copy_from_slice(&draws.next().unwrap());
        Ok(())
    }
}

/// What two people bring to a session.
#[derive(Debug, Clone)]
struct Session {
    channel: Channel,
    id: [u8; 16],
    offer: Offer,
    typed: Vec<String>,
    began: Began,
    /// The agent's scalar, the recipient's, and the nonce.
    ya: [u8; 32],
    yb: [u8; 32],
    nonce: [u8; 32],
}

fn session() -> impl Strategy<Value = Session> {
    let offer_and_typed = offers::offer().prop_flat_map(|offer| {
        let typed: Vec<_> = offer.fields.iter().map(|field| values::acceptable(field.kind)).collect();
        (Just(offer), typed)
    });
    // A scalar of zero is drawn again by our side and not by theirs; nobody will ever draw it.
    let scalar = || any::<[u8; 32]>().prop_filter("not zero", |bytes| bytes[..31] != [0; 31]);
    (
        offers::channel(),
        any::<[u8; 16]>(),
        offer_and_typed,
        offers::began(),
        scalar(),
        scalar(),
        any::<[u8; 32]>(),
    )
        .prop_map(|(channel, id, (offer, typed), began, ya, yb, nonce)| Session {
            channel,
            id,
            offer,
            typed,
            began,
            ya,
            yb,
            nonce,
        })
}

impl Session {
    fn id(&self) -> SessionId {
        SessionId::from_bytes(self.id)
    }

    fn values(&self) -> Vec<Canonical> {
        let read = |(field, typed): (&countersign_protocol::Field, &String)| {
            field.kind.read(&self.offer.region, typed).ok().unwrap()
        };
        self.offer.fields.iter().zip(&self.typed).map(read).collect()
    }

    fn offered(&self) -> Offered {
        let mut entropy = prepared([self.ya]);
        Offered::begin(&self.channel, self.id(), &self.offer, &self.values(), self.began, &mut entropy)
            .unwrap()
    }

    /// The inputs of CPace, from the document, by someone who types the same values in another way.
    fn inputs(&self) -> Inputs {
        let kinds = self.offer.fields.iter().map(|field| field.kind);
        let typed = kinds.zip(&self.typed).map(|(kind, typed)| values::respelled(kind, typed)).collect();
        let canonical = Session { typed, ..self.clone() }.values();
        let values: Vec<&[u8]> = canonical
            .iter()
            .flat_map(|value| [value.kind().as_str().as_bytes(), value.expose().as_bytes()])
            .collect();
        let Session { channel, offer, .. } = self;
        let prs = lv_cat(&[b"countersign/v1/digest", offer.salt.as_bytes(), &lv_cat(&values)]);
        let ci = [
            b"countersign/v1",
            channel.origin.as_bytes(),
            channel.org_handle.as_bytes(),
            b"agent",
            b"recipient",
        ];
        let u32 = |n: u32| n.to_be_bytes().to_vec();
        let mut shown = vec![
            b"offer".to_vec(),
            offer.salt.as_bytes().to_vec(),
            u32(offer.ttl_secs),
            u32(offer.passcode_digits),
            offer.compare.as_str().as_bytes().to_vec(),
            offer.region.as_str().as_bytes().to_vec(),
            offer.org_name.clone().into_bytes(),
            offer.agent_name.clone().into_bytes(),
            offer.subject.clone().into_bytes(),
            u32(u32::try_from(offer.fields.len()).unwrap()),
        ];
        for field in &offer.fields {
            shown.extend(
                [&field.name, field.kind.as_str(), &field.hint].map(|text: &str| text.as_bytes().to_vec()),
            );
        }
        let shown: Vec<&[u8]> = shown.iter().map(Vec::as_slice).collect();
        let commit = Sha512Hash::digest(&lv_cat(&[b"countersign/v1/commit", &self.nonce]))[..32].to_vec();
        let began = match self.began {
            Began::Organization => b"organization".as_slice(),
            Began::Recipient => b"recipient",
        };
        Inputs {
            prs: Sha512Hash::digest(&prs),
            ci: lv_cat(&ci),
            sid: self.id.to_vec(),
            ada: lv_cat(&shown),
            adb: lv_cat(&[b"answer", &commit, began]),
            commit,
        }
    }

    /// What travels from the recipient to the agent.
    fn answer(&self, inputs: &Inputs, share: &[u8], tag: &[u8]) -> wire::Answer {
        wire::Answer {
            share: Share::from_bytes(share.try_into().unwrap()),
            commit: Commit::from_bytes(inputs.commit.clone().try_into().unwrap()),
            began: self.began,
            tag: Tag::from_bytes(tag.try_into().unwrap()),
        }
    }
}

/// What goes into CPace; `commit` is part of `adb`.
#[derive(Debug, Clone)]
struct Inputs {
    prs: Vec<u8>,
    ci: Vec<u8>,
    sid: Vec<u8>,
    ada: Vec<u8>,
    adb: Vec<u8>,
    commit: Vec<u8>,
}

impl Inputs {
    fn each(&mut self) -> [&mut Vec<u8>; 5] {
        [&mut self.prs, &mut self.ci, &mut self.sid, &mut self.ada, &mut self.adb]
    }

    /// The other implementation as recipient: its share and key.
    fn respond(&self, agent_share: &[u8], yb: [u8; 32]) -> Result<(Vec<u8>, Vec<u8>), CpaceError> {
        let mode = CpaceMode::InitiatorResponder;
        let (share, output) = CpaceResponder::<Suite>::respond(
            agent_share,
            &self.prs,
            &self.ci,
            &self.sid,
            &self.ada,
            &self.adb,
            mode,
            &mut Fixed(yb),
        )?;
        Ok((share, output.isk.as_bytes().to_vec()))
    }

    fn tag(&self, isk: &[u8], share: &[u8], associated: &[u8]) -> Vec<u8> {
        let key = Sha512Hash::digest(&[b"CPaceMac", self.sid.as_slice(), isk].concat());
        HmacSha512::mac(&key, &lv_cat(&[share, associated])).unwrap()
    }
}

fn passcode(isk: &[u8], nonce: &[u8], digits: u32) -> String {
    let prk = HkdfSha512::extract(nonce, isk);
    let okm = HkdfSha512::expand(&prk, b"countersign/v1/passcode", 8).unwrap();
    let code = u64::from_be_bytes(okm[..].try_into().unwrap()) % 10u64.pow(digits);
    format!("{code:0width$}", width = digits as usize)
}

/// A change of one bit, one byte more or one byte less, somewhere in one of the inputs.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Push(u8),
    Pop,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), 0..8u8).prop_map(|(place, bit)| Change::Flip(place, bit)),
        1 => any::<u8>().prop_map(Change::Push),
        1 => Just(Change::Pop),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Flip(place, bit) => {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
            Change::Push(byte) => bytes.push(*byte),
            Change::Pop => drop(bytes.pop()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Inputs of any length, those around the padding's end included.
    #[test]
    fn the_same_base_point(
        prs in proptest::collection::vec(any::<u8>(), 0..160),
        ci in proptest::collection::vec(any::<u8>(), 0..300),
        sid in proptest::collection::vec(any::<u8>(), 0..40),
        scalar in any::<[u8; 32]>().prop_filter("not zero", |bytes| bytes[..31] != [0; 31]),
    ) {
        let ours = Generator::derive(&prs, &ci, &sid).share(&mut prepared([scalar])).unwrap();
        let g = calculate_generator::<Suite>(&prs, &ci, &sid).unwrap();
        let theirs = g.scalar_mul(&Ristretto255Group::random_scalar(&mut Fixed(scalar)));
        prop_assert_eq!(ours.share().as_bytes().to_vec(), theirs.to_bytes());
    }

    #[test]
    fn our_agent_and_their_recipient(session in session()) {
        let inputs = session.inputs();
        let offered = session.offered();
        let ya = offered.share().as_bytes().to_vec();
        let (yb, isk) = inputs.respond(&ya, session.yb).unwrap();
        let answer = session.answer(&inputs, &yb, &inputs.tag(&isk, &yb, &inputs.adb));

        let accepted = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer);
        prop_assert_eq!(accepted.as_ref().err(), None);
        let accepted = accepted.ok().unwrap();
        prop_assert_eq!(accepted.tag().as_bytes().to_vec(), inputs.tag(&isk, &ya, &inputs.ada));
        let viewed = accepted.viewed(&Nonce::from_bytes(session.nonce)).ok().unwrap();
        let expected = passcode(&isk, &session.nonce, session.offer.passcode_digits);
        prop_assert_eq!(viewed.passcode().expose(), expected);
    }

    #[test]
    fn their_agent_and_our_recipient(session in session()) {
        let inputs = session.inputs();
        let Inputs { prs, ci, sid, ada, adb, .. } = &inputs;
        let (ya, state) = CpaceInitiator::<Suite>::start(prs, ci, sid, ada, &mut Fixed(session.ya)).unwrap();
        let agent_share = Share::from_bytes(ya.clone().try_into().unwrap());

        let opened = Opened::new(session.channel.clone(), session.id(), session.offer.clone(), agent_share);
        let mut entropy = prepared([session.nonce, session.yb]);
        let (answered, answer) = opened.answer(&session.values(), session.began, &mut entropy).unwrap();
        prop_assert_eq!(answer.commit.as_bytes().to_vec(), inputs.commit.clone());

        let yb = answer.share.as_bytes();
        let isk = state.finish(yb, adb, CpaceMode::InitiatorResponder).unwrap().isk.as_bytes().to_vec();
        prop_assert_eq!(answer.tag.as_bytes().to_vec(), inputs.tag(&isk, yb, adb));
        let tag = Tag::from_bytes(inputs.tag(&isk, &ya, ada).try_into().unwrap());
        let confirmed = answered.accept(&tag);
        prop_assert!(confirmed.is_ok());
        let expected = passcode(&isk, &session.nonce, session.offer.passcode_digits);
        let confirmed = confirmed.ok().unwrap();
        prop_assert_eq!(confirmed.passcode().expose(), expected);
    }

    /// Whichever input of the other side differs, and however little: our agent refuses it, ours as recipient does not
    /// continue.
    #[test]
    fn a_difference_in_any_input_is_refused(session in session(), which in 0..5usize, change in change()) {
        let honest = session.inputs();
        let mut altered = honest.clone();
        change.apply(altered.each()[which]);

        let offered = session.offered();
        let ya = offered.share().clone();
        let (yb, isk) = altered.respond(ya.as_bytes(), session.yb).unwrap();
        let answer = session.answer(&honest, &yb, &altered.tag(&isk, &yb, &altered.adb));
        let refusal = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).err();
        prop_assert_eq!(refusal, Some(Refusal::NotConfirmed));

        let Inputs { prs, ci, sid, ada, adb, .. } = &altered;
        let (ya, state) = CpaceInitiator::<Suite>::start(prs, ci, sid, ada, &mut Fixed(session.ya)).unwrap();
        let agent_share = Share::from_bytes(ya.clone().try_into().unwrap());
        let opened = Opened::new(session.channel.clone(), session.id(), session.offer.clone(), agent_share);
        let mut entropy = prepared([session.nonce, session.yb]);
        let (answered, answer) = opened.answer(&session.values(), session.began, &mut entropy).unwrap();
        let output = state.finish(answer.share.as_bytes(), adb, CpaceMode::InitiatorResponder).unwrap();
        let tag = altered.tag(output.isk.as_bytes(), &ya, ada);
        prop_assert!(answered.accept(&Tag::from_bytes(tag.try_into().unwrap())).is_err());
    }

    /// Two values, two base points: of another kind, another salt or another text.
    #[test]
    fn a_different_value_or_salt_is_refused(session in session(), salt in any::<[u8; 16]>(), resalt in any::<bool>()) {
        let mut other = session.clone();
        if resalt {
            let mut draft = (*session.offer).clone();
            draft.salt = countersign_protocol::Salt::from_bytes(salt);
            other.offer = draft.check().unwrap();
        } else {
            other.typed[0] = values::other(session.offer.fields[0].kind, &session.typed[0]);
        }
        prop_assume!(resalt && session.offer.salt != other.offer.salt
            || session.values()[0].expose() != other.values()[0].expose());
        // Everything but the password is the same, so it is the password alone that decides.
        let inputs = Inputs { prs: other.inputs().prs, ..session.inputs() };
        let offered = session.offered();
        let (yb, isk) = inputs.respond(offered.share().as_bytes(), session.yb).unwrap();
        let answer = session.answer(&inputs, &yb, &inputs.tag(&isk, &yb, &inputs.adb));
        let refusal = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).err();
        prop_assert_eq!(refusal, Some(Refusal::NotConfirmed));
    }
}
