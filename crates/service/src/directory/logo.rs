//! An organization's logo: whatever raster picture it gives, decoded, made small and written anew, so that what browsers are
//! sent are pixels of ours and nothing that came with them. Drawings (SVG) can carry scripts and addresses, and are refused.

use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::{self, FilterType};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader,
};
use image::{Limits, Rgb, RgbImage, Rgba, RgbaImage};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Cursor;

/// Largest file, in bytes.
pub const MAX_LOGO_BYTES: usize = 2 << 20;
/// Largest width and height of what is given, in pixels.
const MAX_SIDE: u32 = 4096;
/// What decoding may take, in bytes: as many pixels, once over.
const MAX_MEMORY: u64 = 96 << 20;
/// Width and height of what is served, in pixels: the page shows it at 48, on screens with up to three dots a pixel.
const SIDE: u32 = 144;
/// Room left around a picture that has transparent parts.
const MARGIN: u32 = 8;
/// From this much light on, of 255, what can be seen of a picture needs dark ground.
const LIGHT: f32 = 200.0;
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);
const DARK: Rgb<u8> = Rgb([28, 33, 40]);

/// Why a file is no logo. The message is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// A drawing.
    #[error("an SVG can carry scripts and is not taken: export it as a PNG")]
    Svg,
    /// Not a picture we read.
    #[error("this is no PNG, JPEG or WebP")]
    Format,
    /// Too many bytes.
    #[error("a logo's file has {} bytes at most", MAX_LOGO_BYTES)]
    Bytes,
    /// Too many pixels.
    #[error("a logo is {MAX_SIDE} pixels wide and high at most")]
    Pixels,
    /// It ends early, or lies.
    #[error("the picture is damaged")]
    Damaged,
}

/// A logo as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// SHA-256 of the PNG in hexadecimal: its name.
    pub digest: String,
    /// The PNG.
    pub png: Vec<u8>,
}

impl Logo {
    /// Makes a logo of a file's bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, LogoError> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(LogoError::Bytes);
        }
        let picture = decode(bytes)?;
        let png = encode(&square(&picture)).ok_or(LogoError::Damaged)?;
        let mut digest = String::new();
        for byte in Sha256::digest(&png) {
            let _ = write!(digest, "{byte:02x}");
        }
        Ok(Self { digest, png })
    }
}

/// Where a logo of this digest is served, on the service's own origin.
pub fn logo_path(digest: &str) -> String {
    format!("/static/{digest}.png")
}

fn decode(bytes: &[u8]) -> Result<RgbaImage, LogoError> {
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        _ if looks_like_svg(bytes) => return Err(LogoError::Svg),
        _ => return Err(LogoError::Format),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let turned = decoder.orientation().map_err(|error| refusal(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    picture.apply_orientation(turned);
    Ok(picture.into_rgba8())
}

fn refusal(error: &image::ImageError) -> LogoError {
    match error {
        image::ImageError::Limits(_) => LogoError::Pixels,
        image::ImageError::Unsupported(_) => LogoError::Format,
        _ => LogoError::Damaged,
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    start.contains("<svg") || start.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
}

/// All of it, scaled to fit, in the middle of a square without transparent parts: it looks the same on light and on dark pages.
fn square(picture: &RgbaImage) -> RgbImage {
    let light = light_of_what_is_seen(picture);
    let ground = if light.is_some_and(|light| light > LIGHT) { DARK } else { WHITE };
    let side = if light.is_some() { SIDE - 2 * MARGIN } else { SIDE };
    let (width, height) = fit(picture.dimensions(), side);
    let small = imageops::resize(picture, width, height, FilterType::Lanczos3);
    let mut out = RgbImage::from_pixel(SIDE, SIDE, ground);
    let (left, top) = ((SIDE - width) / 2, (SIDE - height) / 2);
    for (x, y, Rgba([r, g, b, alpha])) in small.enumerate_pixels() {
        let over = |above: u8, below: u8| {
            let (above, below, alpha) = (u16::from(above), u16::from(below), u16::from(*alpha));
            let mixed = (above * alpha + below * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let Rgb(below) = ground;
        let mixed = [over(*r, below[0]), over(*g, below[1]), over(*b, below[2])];
        out.put_pixel(left + x, top + y, Rgb(mixed));
    }
    out
}

/// The largest size of the same proportions within a square.
fn fit((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height).max(1));
    let scaled = |length: u32| {
        let length = (u64::from(length) * u64::from(side) + longest / 2) / longest;
        u32::try_from(length).unwrap_or(side).clamp(1, side)
    };
    (scaled(width), scaled(height))
}

/// How light it is on the whole, of 255, where it is not transparent; none if nothing of it is.
fn light_of_what_is_seen(picture: &RgbaImage) -> Option<f32> {
    let (mut light, mut weight, mut transparent) = (0f32, 0f32, false);
    for Rgba([r, g, b, alpha]) in picture.pixels() {
        let share = f32::from(*alpha) / 255.0;
        light += share * (0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b));
        weight += share;
        transparent |= *alpha < 128;
    }
    (transparent && weight > 0.0).then_some(light / weight)
}

fn encode(picture: &RgbImage) -> Option<Vec<u8>> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, PngFilter::Adaptive);
    encoder.write_image(picture.as_raw(), SIDE, SIDE, ExtendedColorType::Rgb8).ok()?;
    Some(png)
}

#[cfg(test)]
mod tests;
