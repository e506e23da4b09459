//! The recipient's page: static files, embedded when the binary was built, or taken from a folder. The same bytes for every
//! session id, existing or not.

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

static BUILT: Dir<'_> = include_dir!("$OUT_DIR/page");

/// The document.
const INDEX: &str = "index.html";

/// The page's files.
pub struct Page {
    files: BTreeMap<String, File>,
}

/// One file, as it is sent.
pub struct File {
    /// As built.
    pub bytes: Vec<u8>,
    /// The same under brotli, where that is smaller.
    pub brotli: Option<Vec<u8>>,
    /// Its media type.
    pub media_type: &'static str,
}

impl Page {
    /// The files in the binary.
    pub fn embedded() -> Self {
        let mut files = BTreeMap::new();
        collect(&BUILT, &mut files);
        Self { files }
    }

    /// The files in a folder: development.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for (prefix, folder) in
            [(String::new(), folder.to_owned()), ("assets/".to_owned(), folder.join("assets"))]
        {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_file() {
                    let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                    let file = File::new(&name, std::fs::read(entry.path())?);
                    files.insert(name, file);
                }
            }
        }
        Ok(Self { files })
    }

    /// The document, for every organization and session.
    pub fn document(&self) -> Option<&File> {
        self.files.get(INDEX)
    }

    /// A hashed file under `/assets/`.
    pub fn asset(&self, name: &str) -> Option<&File> {
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

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, File>) {
    for file in folder.files() {
        let name = file.path().to_string_lossy().into_owned();
        files.insert(name.clone(), File::new(&name, file.contents().to_vec()));
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

impl File {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let media_type = match name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            _ => "application/octet-stream",
        };
        let brotli = compress(&bytes).filter(|small| small.len() < bytes.len());
        Self { bytes, brotli, media_type }
    }
}

fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).ok()?;
    Some(out)
}
