//! The unambiguous byte encoding everything hashed goes through (`docs/protocol.md` §1).
//!
//! Each part is preceded by its length, so that no two lists of parts share one encoding.

use zeroize::Zeroizing;

/// `lv(a) ‖ lv(b) ‖ …`. The buffer is sized before it is filled, so that no half-filled copy is left behind in memory,
/// and wiped when dropped: parts may be secret.
pub(crate) fn lv_cat(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let size = parts.iter().map(|part| leb128_len(part.len()) + part.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(size));
    for part in parts {
        push_leb128(&mut out, part.len());
        out.extend_from_slice(part);
    }
    out
}

/// Length of `lv(part)` in bytes.
pub(crate) fn lv_len(part: &[u8]) -> usize {
    leb128_len(part.len()) + part.len()
}

fn leb128_len(mut n: usize) -> usize {
    let mut len = 1;
    while n >= 0x80 {
        n >>= 7;
        len += 1;
    }
    len
}

fn push_leb128(out: &mut Vec<u8>, mut n: usize) {
    loop {
        let [low, ..] = n.to_le_bytes();
        n >>= 7;
        if n == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_unsigned_leb128() {
        for (n, expected) in [
            (0usize, vec![0x00]),
            (1, vec![0x01]),
            (127, vec![0x7f]),
            (128, vec![0x80, 0x01]),
            (300, vec![0xac, 0x02]),
        ] {
            let mut out = Vec::new();
            push_leb128(&mut out, n);
            assert_eq!(out, expected);
            assert_eq!(leb128_len(n), expected.len());
        }
    }

    #[test]
    fn the_buffer_never_grows() {
        let long = vec![7; 200];
        let out = lv_cat(&[b"", b"ab", &long]);
        assert_eq!(out.len(), 1 + 3 + 202);
        assert_eq!(out.capacity(), out.len());
        assert_eq!(out.get(..6), Some(&[0, 2, b'a', b'b', 0xc8, 0x01][..]));
        assert_eq!(lv_len(&long), 202);
    }
}
