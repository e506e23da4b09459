//! History as a face asks for it. Reading takes its own connection and its own thread: a search through a million rows or an
//! export of them must not keep a live session waiting.

use super::handle::Reply;
use super::keyring::load_key;
use super::{Engine, FORGET_EVERY, now_ms};
use crate::desktop::Desktop;
use crate::history::{ExportError, Reader};
use crate::view::{ExportFormat, Exported, HistoryQuery, Integrity, Refused, RefusedCode, Warning};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Most files of one name before we give up finding another.
const MOST_ALIKE: u32 = 1000;

impl<D: Desktop> Engine<D> {
    /// Answers from a reader, on another thread.
    pub(super) fn read_history<T: Send + 'static>(
        &mut self,
        reply: Reply<T>,
        read: impl FnOnce(&Reader) -> Result<T, Refused> + Send + 'static,
    ) {
        match self.history().and_then(|history| Ok(history.reader()?)) {
            // A face that went away while it waited needs no answer.
            Ok(reader) => drop(tokio::task::spawn_blocking(move || reply.send(read(&reader)))),
            Err(refused) => drop(reply.send(Err(refused))),
        }
    }

    /// Writes what a query finds into a file.
    pub(super) fn export_history(
        &mut self,
        query: HistoryQuery,
        format: ExportFormat,
        reply: Reply<Exported>,
    ) {
        let folder = self.desktop.downloads();
        self.read_history(reply, move |reader| {
            let extension = match format {
                ExportFormat::Csv => "csv",
                ExportFormat::Json => "json",
            };
            let export = |file: &mut BufWriter<File>| reader.export(&query, format, file);
            write_new(&folder, "countersign-history", extension, export).map_err(|error| match error {
                ExportError::History(error) => error.into(),
                ExportError::Io(error) => cannot_write(&folder, &error),
            })
        });
    }

    /// Checks the chain, with the key the keyring has.
    pub(super) fn verify_history(&mut self, reply: Reply<Integrity>) {
        let store = self.store.clone();
        self.read_history(reply, move |reader| match load_key(store.as_ref()) {
            Ok(Some(key)) => Ok(reader.verify(&key)?),
            Ok(None) | Err(_) => Ok(Integrity::KeyUnavailable),
        });
    }

    /// Forgets what is older than the user wants it kept: at the start, when that is changed, and every now and then.
    pub(super) fn forget_old_history(&mut self) {
        self.forget_at = Instant::now() + FORGET_EVERY;
        let days = i64::from(self.settings.preferences.history_days);
        if days == 0 {
            return;
        }
        let Ok(history) = &mut self.history else { return };
        match history.forget_before(now_ms() - days * DAY_MS) {
            Ok(_) => self.history_is_written(),
            Err(_) => self.warn(Warning::HistoryUnavailable),
        }
    }
}

/// Writes a new file, never over another; one that was not finished is removed.
pub(super) fn write_new<E: From<io::Error>>(
    folder: &Path,
    stem: &str,
    extension: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<u64, E>,
) -> Result<Exported, E> {
    std::fs::create_dir_all(folder)?;
    let (path, file) = create_new(folder, stem, extension)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|count| {
        out.flush()?;
        out.get_ref().sync_all()?;
        Ok(count)
    });
    match written {
        Ok(count) => Ok(Exported { path: path.display().to_string(), count }),
        Err(error) => {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, "an unfinished export could not be removed");
            }
            Err(error)
        }
    }
}

fn create_new(folder: &Path, stem: &str, extension: &str) -> Result<(PathBuf, File), io::Error> {
    let day = time::OffsetDateTime::now_utc().date();
    for number in 1..=MOST_ALIKE {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{stem}-{day}{suffix}.{extension}"));
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

pub(super) fn cannot_write(folder: &Path, error: &io::Error) -> Refused {
    Refused::new(RefusedCode::Export, format!("{} cannot be written: {error}", folder.display()))
}
