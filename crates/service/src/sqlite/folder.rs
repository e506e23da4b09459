//! The data folder and its one database file, for their owner's eyes alone where the system knows such a thing. SQLite gives
//! the files beside it (`-wal`, `-shm`) the same permissions.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The file in the data folder.
pub(super) const FILE: &str = "countersign.db";

/// Creates folder and file if they are not there; the file's path.
pub(super) fn prepare(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let file = folder.join(FILE);
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        restrict(folder, 0o700);
        options.mode(0o600);
    }
    options.open(&file)?;
    #[cfg(unix)]
    restrict(&file, 0o600);
    Ok(file)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    if let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(mode)) {
        // Somebody else's folder, perhaps; the file is what matters, and that we have created.
        tracing::warn!(%error, ?path, "permissions could not be restricted");
    }
}
