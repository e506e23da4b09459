//! Server-sent events, decoded from whatever pieces the network hands over. Pure: bytes in, events out.
//!
//! Follows the WHATWG event stream format as far as the service uses it: `id`, `event`, `data`, comments, and the three
//! kinds of line end. A line or an event beyond [`MAX_BYTES`] is an error: no event of ours is near that long.

/// Longest line, and most data of an event, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The last id seen, if any: what to resume from.
    pub id: Option<String>,
    /// The event's name; empty when absent.
    pub event: String,
    /// The data lines, joined by line feeds.
    pub data: String,
}

/// The stream is not an event stream of ours. The peer misbehaves, or something sits between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event stream is malformed")]
pub struct Malformed;

/// Collects bytes into events.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    after_carriage_return: bool,
    frame: Frame,
    has_data: bool,
}

impl Decoder {
    /// Takes the next piece; returns the events it completes.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<Frame>, Malformed> {
        let mut frames = Vec::new();
        for byte in piece {
            let ends_line = match byte {
                b'\n' if self.after_carriage_return => {
                    self.after_carriage_return = false;
                    continue;
                }
                b'\n' | b'\r' => true,
                _ => false,
            };
            self.after_carriage_return = *byte == b'\r';
            if ends_line {
                let line = std::mem::take(&mut self.line);
                frames.extend(self.take_line(std::str::from_utf8(&line).map_err(|_| Malformed)?));
            } else if self.line.len() + self.frame.data.len() < MAX_BYTES {
                self.line.push(*byte);
            } else {
                return Err(Malformed);
            }
        }
        Ok(frames)
    }

    fn take_line(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let id = self.frame.id.clone();
            let frame = std::mem::replace(&mut self.frame, Frame { id, ..Frame::default() });
            return std::mem::take(&mut self.has_data).then_some(frame);
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" if !value.contains('\0') => self.frame.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.frame.event),
            "data" => {
                if self.has_data {
                    self.frame.data.push('\n');
                }
                self.has_data = true;
                self.frame.data.push_str(value);
            }
            // Comments (an empty name), `retry`, and what later versions may add.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": hello\r\nid: 17\r\nevent: opened\r\ndata: {\"a\":1}\r\n\r\n:\n\nid:18\nevent:x\ndata:1\ndata: 2\n\n";

    #[test]
    fn every_way_of_cutting_the_stream_gives_the_same_events() {
        let expected = vec![
            Frame { id: Some("17".into()), event: "opened".into(), data: "{\"a\":1}".into() },
            Frame { id: Some("18".into()), event: "x".into(), data: "1\n2".into() },
        ];
        for size in 1..STREAM.len() {
            let mut decoder = Decoder::default();
            let frames: Vec<_> =
                STREAM.as_bytes().chunks(size).flat_map(|piece| decoder.push(piece).unwrap()).collect();
            assert_eq!(frames, expected, "pieces of {size}");
        }
    }

    #[test]
    fn endless_lines_and_broken_text_are_refused() {
        assert_eq!(Decoder::default().push(&vec![b'a'; MAX_BYTES + 1]), Err(Malformed));
        assert_eq!(Decoder::default().push(b"data: \xff\n"), Err(Malformed));
        assert_eq!(Decoder::default().push(&b"data: x\n".repeat(MAX_BYTES)), Err(Malformed));
        assert!(Decoder::default().push(&b"data: x\n\n".repeat(MAX_BYTES)).is_ok());
    }
}
