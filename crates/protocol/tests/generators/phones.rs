//! Telephone numbers that exist, as they are written in their countries.

use countersign_protocol::canonical::Region;
use countersign_protocol::{Kind, Reading};
use proptest::prelude::*;
use proptest::sample::select;

/// A number that is in its country's plan, and the country.
pub fn existing() -> impl Strategy<Value = (Region, String)> {
    let plans = [
        ("FR", "0[1-7][0-9]{8}"),
        ("US", r"\(212\) [2-9][0-9]{2}-[0-9]{4}"),
        ("GB", "020 7[0-9]{3} [0-9]{4}"),
        ("GB", "07400 [0-9]{6}"),
        ("DE", "0(30|89) [2-9][0-9]{6}"),
        ("DE", "0151 [1-9][0-9]{7}"),
        ("IT", "06 [1-9][0-9]{7}"),
        ("IT", "347 [0-9]{7}"),
        ("RU", "8 \\(495\\) [1-9][0-9]{6}"),
        ("AR", "011 15-[2-6][0-9]{3}-[0-9]{4}"),
        ("BR", "\\(11\\) 9[6-9][0-9]{7}"),
        ("MX", "55 [1-8][0-9]{3} [0-9]{4}"),
        ("JP", "090-[1-9][0-9]{3}-[0-9]{4}"),
        ("IN", "098[0-9]{3} [0-9]{5}"),
        ("AU", "0412 [0-9]{3} [0-9]{3}"),
        ("SG", "9[0-7][0-9]{2} [0-9]{4}"),
        ("ES", "6[0-9]{8}"),
        ("HU", "06 20 [1-9][0-9]{6}"),
        ("CI", "07 07 [0-9]{6}"),
    ];
    select(plans.to_vec())
        .prop_flat_map(|(region, pattern)| (Just(region.parse::<Region>().unwrap()), pattern))
        .prop_filter("exists", |(region, typed)| {
            let value = Kind::Phone.read(region, typed);
            value.is_ok_and(|value| matches!(value.reading(), Reading::Phone { valid: true, .. }))
        })
}
