//! Anything a person might type or paste, biased towards what is hard to read: what looks like a value of its kind and is
//! just past the edge, digits of every script, characters nobody sees, characters that change their number when folded.

use countersign_protocol::Kind;
use countersign_protocol::canonical::Region;
use proptest::prelude::*;
use proptest::sample::select;

/// Countries whose numbering plans differ in kind: trunk prefixes, none, kept zeros, shared codes, none assigned.
const REGIONS: [&str; 22] = [
    "FR", "US", "GB", "DE", "IT", "RU", "KZ", "AR", "MX", "BR", "JP", "CN", "IN", "AU", "SM", "VA", "CI",
    "NG", "SG", "HU", "BB", "ZZ",
];

/// Zeros of decimal digits: ASCII, Arabic-Indic, Persian, Devanagari, Bengali, Thai, full width, mathematical, Adlam.
const ZEROS: [char; 9] = ['0', '٠', '۰', '०', '০', '๐', '０', '𝟎', '𞥐'];

/// Signs that stand in and around numbers, those that are accepted and those that look the same.
const SIGNS: [char; 30] = [
    '+', '-', '(', ')', '.', ',', '/', '\'', '’', '_', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\u{3000}',
    '‐', '‑', '‒', '–', '—', '−', '－', '＋', '．', '٫', '٬', '·', '#', '*', '@',
];

/// Characters whose folding is where implementations part: they grow, compose, depend on their neighbours or vanish.
const ODD: [char; 48] = [
    'ß', 'ẞ', 'İ', 'ı', 'I', 'i', 'Σ', 'σ', 'ς', 'ŉ', 'ǰ', 'ΐ', 'ΰ', 'ᾳ', 'ᾼ', '\u{345}', 'ﬁ', 'ﬃ', 'ﷺ', '№',
    '℡', '㎏', 'Å', 'K', 'Ω', '½', '²', 'Ⅷ', 'ⅷ', '①', 'ｶ', 'ﾞ', '\u{301}', '\u{308}', '\u{307}', '\u{323}',
    '\u{1100}', '\u{1161}', '\u{11a8}', '가', '\u{ad}', '\u{200b}', '\u{202e}', '\u{feff}', '\u{fe0f}',
    '\u{3164}', '\u{2028}', '🙂',
];

/// Neighbours that matter to each other: what a mark, a case or a removed sign between them does to folding.
const CLUSTERS: [&str; 14] = [
    "İ\u{323}",
    "İ\u{327}",
    "ΑΣ",
    "ΑΣ\u{301}",
    "ΑΣ.",
    "Σ\u{345}",
    "ᾳ\u{301}",
    "ΐ\u{323}",
    "ﬁ\u{301}",
    "ŉ\u{307}",
    "\u{1100}-\u{1161}",
    "가\u{11a8}",
    "ｶﾞ",
    "a \u{308}",
];

pub fn region() -> impl Strategy<Value = Region> {
    prop_oneof![4 => select(&REGIONS[..]).prop_map(str::to_owned), 1 => "[A-Z]{2}"]
        .prop_map(|letters| letters.parse().unwrap())
}

/// A digit of any of several scripts.
fn digit() -> impl Strategy<Value = char> {
    let zero = prop_oneof![6 => Just('0'), 1 => select(&ZEROS[..])];
    (zero, 0..10u32).prop_map(|(zero, value)| char::from_u32(u32::from(zero) + value).unwrap())
}

/// A character that people rarely type.
fn odd() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => select(&ODD[..]),
        2 => any::<char>(),
        1 => proptest::char::range('\u{0}', '\u{2ff}'),
        1 => proptest::char::range('\u{370}', '\u{1fff}'),
        1 => proptest::char::range('\u{2000}', '\u{33ff}'),
        1 => proptest::char::range('\u{f900}', '\u{ffef}'),
    ]
}

fn string(
    character: impl Strategy<Value = char>,
    length: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = String> {
    proptest::collection::vec(character, length).prop_map(|characters| characters.into_iter().collect())
}

/// Text of any script and shape, sometimes around the longest length.
pub fn text() -> BoxedStrategy<String> {
    let letter = prop_oneof![4 => proptest::char::range(' ', '~'), 1 => digit(), 6 => odd()].boxed();
    let piece = prop_oneof![5 => letter.clone().prop_map(String::from), 1 => select(&CLUSTERS[..]).prop_map(str::to_owned)];
    prop_oneof![
        12 => proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat()),
        1 => string(letter, 120..136),
        1 => (odd(), 126..=130usize).prop_map(|(c, times)| std::iter::repeat_n(c, times).collect::<String>()),
    ]
    .boxed()
}

/// Digits and what stands between them.
fn numeric(max: usize) -> impl Strategy<Value = String> {
    string(prop_oneof![8 => digit(), 2 => select(&SIGNS[..]), 1 => select(&[' ', '-', '.', ','][..])], 0..max)
}

pub fn phone() -> BoxedStrategy<String> {
    // As dialled, with and without trunk and international prefixes.
    let prefix = select(
        &[
            "", "+", "00", "011", "0", "+33", "+44", "+1", "+39 0", "+7", "+54 9", "+52 1", "+55", "+800",
            "+49 0", "+33 (0)",
        ][..],
    );
    let plausible = (prefix, "[1-9]", string(digit(), 5..14))
        .prop_map(|(prefix, first, rest)| format!("{prefix}{first}{rest}"));
    prop_oneof![4 => plausible, 2 => numeric(18)].boxed()
}

pub fn number() -> BoxedStrategy<String> {
    let groups = proptest::collection::vec("[0-9]{1,4}", 1..5);
    let mark = select(&["", ".", ",", " ", "'", "’", "_", "\u{202f}"][..]);
    let grouped = (select(&["", "-", "- ", "−", "+"][..]), groups, mark.clone(), mark, "[0-9]{0,4}")
        .prop_map(|(sign, groups, group_mark, mark, fraction)| {
            format!("{sign}{}{mark}{fraction}", groups.join(group_mark))
        });
    // Nothing, which has no sign.
    let zero = (select(&["", "-", "−"][..]), "0{0,4}([.,' ]0{0,4})?")
        .prop_map(|(sign, zeros)| format!("{sign}{zeros}"));
    // Marks in any order, as nobody means them.
    let marks = "-?[0-9]{0,3}([.,][0-9]{0,3}){0,4}";
    prop_oneof![6 => grouped, 4 => numeric(12), 2 => marks, 1 => zero].boxed()
}

pub fn date() -> BoxedStrategy<String> {
    let near = (1890..=2210u32, 0..=13u32, 0..=32u32).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let leap = prop_oneof![1890..=2210u32, select(&[1900, 2000, 2100, 2200][..])]
        .prop_map(|year| format!("{year}-02-29"));
    let loose = (0..=9999u32, 0..=99u32, 0..=99u32, select(&["-", "/", ".", "‐", "--", ""][..]), 0..3usize)
        .prop_map(|(y, m, d, mark, width)| format!("{y}{mark}{m:0width$}{mark}{d:0width$}"));
    let spaced = (near.clone(), select(&["", " ", "\u{a0}", "\u{200b}", "\t", "\u{2028}"][..]))
        .prop_map(|(date, space)| format!("{space}{date}{space}"));
    prop_oneof![3 => near, 1 => leap, 1 => loose, 1 => spaced, 1 => numeric(12)].boxed()
}

pub fn email() -> BoxedStrategy<String> {
    let part = || string(prop_oneof![6 => proptest::char::range('!', '~'), 1 => odd()], 0..10);
    let address = (part(), select(&["@", "＠", "﹫", " @", "@@", ""][..]), part())
        .prop_map(|(local, at, domain)| format!("{local}{at}{domain}"));
    prop_oneof![3 => address, 1 => text()].boxed()
}

pub fn code() -> BoxedStrategy<String> {
    let character = prop_oneof![3 => "[A-Za-z0-9]".prop_map(|c| c.chars().next().unwrap()), 1 => digit(), 1 => select(&SIGNS[..]), 2 => odd()];
    prop_oneof![3 => string(character, 0..16), 1 => text()].boxed()
}

/// What might be typed into a field of this kind: its own shapes mostly, any text sometimes.
pub fn typed(kind: Kind) -> BoxedStrategy<String> {
    let own = match kind {
        Kind::Text => text(),
        Kind::Phone => phone(),
        Kind::Email => email(),
        Kind::Code => code(),
        Kind::Number => number(),
        Kind::Date => date(),
    };
    prop_oneof![7 => own, 1 => text()].boxed()
}

/// A kind, a region and what is typed.
pub fn input() -> impl Strategy<Value = (Kind, Region, String)> {
    (select(&Kind::ALL[..]), region()).prop_flat_map(|(kind, region)| (Just(kind), Just(region), typed(kind)))
}
