//! Puts the built recipient's page where the library embeds it from. Compiling without a built page works; the page then
//! says what is missing.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PLACEHOLDER: &str = "<!doctype html><title>Countersign</title><main data-step=\"not-built\">The recipient's page was not \
    built. Run scripts/setup and build again.</main>\n";

fn main() -> io::Result<()> {
    let built = Path::new("../../recipient/dist");
    println!("cargo:rerun-if-changed=../../recipient/dist");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?).join("page");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    if built.join("index.html").exists() {
        copy(built, &out)
    } else {
        fs::write(out.join("index.html"), PLACEHOLDER)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
