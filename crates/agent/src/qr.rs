//! A link as a QR code: dark modules as SVG path data, so that no image is made and nothing is written.

use crate::view::Qr;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The code, or none if the link is longer than a code holds.
pub fn draw(link: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = Zeroizing::new(String::new());
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && code[(x, y)] == Color::Dark {
                x += 1;
            }
            if x > start {
                // A run of dark modules is one rectangle.
                let _ = write!(path, "M{} {}h{}v1h-{}z", start + QUIET, y + QUIET, x - start, x - start);
            }
            x += 1;
        }
    }
    Some(Qr { size: u32::try_from(width + 2 * QUIET).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_code_that_reads_back() {
        let link = "https://verify.example/acme/0123456789abcdefghjkmnpqrg";
        let qr = draw(link).unwrap();
        // Drawn at four pixels a module and read by an independent decoder.
        let scale = 4;
        let side = qr.size as usize * scale;
        let mut dark = vec![false; side * side];
        for run in qr.path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let (x, y, length) = (numbers[0], numbers[1], numbers[2]);
            for py in y * scale..(y + 1) * scale {
                for px in x * scale..(x + length) * scale {
                    dark[py * side + px] = true;
                }
            }
        }
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(
                side,
                side,
                |x, y| if dark[y * side + x] { 0 } else { 255 },
            );
        let grids = image.detect_grids();
        assert_eq!(grids[0].decode().unwrap().1, link);
    }

    #[test]
    fn what_no_code_can_hold_has_none() {
        assert!(draw(&"x".repeat(3000)).is_none());
    }
}
