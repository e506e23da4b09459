//! History as a face asks for it. Reading takes its own connection and its own thread: a search through a million rows or an
//! export of them must not keep a live session waiting.

use super::calls::{Report, report};
use super::handle::Reply;
use super::{Engine, FORGET_EVERY, now_ms};
use crate::credentials::{CredentialStore, KeyringUnavailable};
use crate::desktop::Desktop;
use crate::history::chain::{ChainKey, KEY_BYTES};
use crate::history::{ExportError, HistoryError, Reader};
use crate::view::{ExportFormat, Exported, HistoryQuery, Integrity, Refused, RefusedCode, Warning};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;
use zeroize::Zeroizing;

/// The name the chain's key has in the keyring.
const KEY_NAME: &str = "history chain";
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
            Ok(None) | Err(KeyringUnavailable) => Ok(Integrity::KeyUnavailable),
        });
    }

    /// Looks for the chain's key; makes one for a history that has no seal yet.
    pub(super) fn find_chain_key(&mut self) {
        let Ok(sealed) = self.history().and_then(|history| Ok(history.is_sealed()?)) else { return };
        let (store, reports) = (self.store.clone(), self.reports.clone());
        tokio::task::spawn_blocking(move || {
            let found = match load_key(store.as_ref()) {
                // A lost key is not replaced: a new one would call every old record a forgery.
                Ok(None) if !sealed => make_key(store.as_ref()),
                Ok(found) => Ok(found),
                Err(error) => Err(error),
            };
            if let Ok(Some(key)) = found {
                report(&reports, Report::ChainKey(key));
            } else {
                tracing::warn!("history is not sealed: the keyring gives no key");
            }
        });
    }

    /// The key is there.
    pub(super) fn chain_key(&mut self, key: ChainKey) {
        let sealed: Result<(), HistoryError> = match &mut self.history {
            Ok(history) => history.seal_with(key),
            Err(_) => return,
        };
        if sealed.is_err() {
            self.warn(Warning::HistoryUnavailable);
        }
        self.forget_old_history();
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

fn load_key(store: &dyn CredentialStore) -> Result<Option<ChainKey>, KeyringUnavailable> {
    let Some(text) = store.load(KEY_NAME)? else { return Ok(None) };
    let bytes = STANDARD.decode(text.as_bytes()).map(Zeroizing::new).ok();
    Ok(bytes.and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok()).map(ChainKey::new))
}

fn make_key(store: &dyn CredentialStore) -> Result<Option<ChainKey>, KeyringUnavailable> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyringUnavailable)?;
    store.save(KEY_NAME, &Zeroizing::new(STANDARD.encode(bytes.as_slice())))?;
    Ok(Some(ChainKey::new(*bytes)))
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
