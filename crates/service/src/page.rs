//! The recipient's page: static files, embedded when the binary was built, or taken from a folder. The same bytes for every
//! session id, existing or not.

pub(crate) mod policy;

use axum::body::Bytes;
use axum::http::HeaderValue;
use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

static BUILT: Dir<'_> = include_dir!("$OUT_DIR/page");

/// The document.
pub(crate) const INDEX: &str = "index.html";
/// Brotli's best: a file is compressed once and sent often.
const QUALITY: i32 = 11;

/// The page's files.
pub struct Page {
    files: BTreeMap<String, File>,
    /// What the document may do.
    policy: HeaderValue,
}

/// One file, as it is sent.
pub(crate) struct File {
    bytes: Bytes,
    media_type: &'static str,
    brotli: OnceLock<Option<Bytes>>,
}

impl Page {
    /// The files in the binary.
    pub fn embedded() -> Self {
        let mut files = BTreeMap::new();
        collect(&BUILT, &mut files);
        Self::of(files)
    }

    /// The files in a folder: development.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for (prefix, folder) in [("", folder), ("assets/", &folder.join("assets"))] {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_file() {
                    let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                    let file = File::new(&name, fs::read(entry.path())?.into());
                    files.insert(name, file);
                }
            }
        }
        Ok(Self::of(files))
    }

    fn of(files: BTreeMap<String, File>) -> Self {
        let document = files.get(INDEX).map(|file| String::from_utf8_lossy(&file.bytes));
        let policy = policy::for_document(document.as_deref().unwrap_or_default());
        Self { files, policy }
    }

    /// The document, for every organization and session.
    pub(crate) fn document(&self) -> Option<&File> {
        self.files.get(INDEX)
    }

    /// The document's `Content-Security-Policy`.
    pub(crate) fn policy(&self) -> HeaderValue {
        self.policy.clone()
    }

    /// A hashed file under `/assets/`.
    pub(crate) fn asset(&self, name: &str) -> Option<&File> {
        self.files.get(&format!("assets/{name}"))
    }

    /// SHA-256 of every file: `HASH  NAME`, as `sha256sum` prints it.
    pub fn manifest(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        for (name, file) in &self.files {
            for byte in Sha256::digest(&file.bytes) {
                let _ = write!(out, "{byte:02x}");
            }
            let _ = writeln!(out, "  {name}");
        }
        out
    }
}

fn collect(folder: &Dir<'static>, files: &mut BTreeMap<String, File>) {
    for file in folder.files() {
        // Names are as in a link, whatever this system separates folders with.
        let parts: Vec<_> = file.path().iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        let file = File::new(&name, Bytes::from_static(file.contents()));
        files.insert(name, file);
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

impl File {
    fn new(name: &str, bytes: Bytes) -> Self {
        Self { bytes, media_type: media_type(name), brotli: OnceLock::new() }
    }

    /// As built.
    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Its media type.
    pub(crate) fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The same under brotli, where that is smaller. Compressed when first asked for.
    pub(crate) fn brotli(&self) -> Option<Bytes> {
        self.brotli.get_or_init(|| compress(&self.bytes)).clone()
    }
}

/// The media type of a file of this name.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn compress(bytes: &[u8]) -> Option<Bytes> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).ok()?;
    (out.len() < bytes.len()).then(|| out.into())
}
