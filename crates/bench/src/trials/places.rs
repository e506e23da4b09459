//! The search of [`super::zero_knowledge`] for places that others have filled: prints a line for whatever is found, and for whatever
//! was planted in a place and not found there.

use super::search::{Search, blind_spots, lone_digits};
use crate::load::Failure;
use serde::Deserialize;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What is looked for, with its names.
#[derive(Deserialize)]
struct Secrets {
    texts: Vec<(String, String)>,
    codes: Vec<(String, String)>,
}

pub fn run(secrets: &Path, known: &[PathBuf], places: &[PathBuf]) -> Result<(), Failure> {
    let Secrets { texts, codes } = serde_json::from_slice(&fs::read(secrets)?)?;
    let search = Search::new(&texts, &codes)?;
    let (text, code) = (texts.first().ok_or("no text")?, codes.first().ok_or("no code")?);
    let mut innocent = HashSet::new();
    for place in known {
        innocent.extend(lone_digits(&bytes_of(place)?).map(<[u8]>::to_vec));
    }
    for place in places {
        let name = place.file_name().unwrap_or_default().display();
        for file in files(place)? {
            for hit in search.find(&fs::read(&file)?, &innocent) {
                println!("found {name}: {hit}, in {}", file.strip_prefix(place).unwrap_or(&file).display());
            }
        }
        let bytes = bytes_of(place)?;
        for missed in blind_spots(&search, &bytes, (&text.0, &text.1), (&code.0, &code.1)) {
            println!("missed {name}: {missed}");
        }
    }
    Ok(())
}

fn bytes_of(place: &Path) -> Result<Vec<u8>, Failure> {
    if place.is_dir() { all_files(place) } else { Ok(fs::read(place)?) }
}

/// All bytes of all files below `folder`.
pub(super) fn all_files(folder: &Path) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    for file in files(folder)? {
        out.extend(fs::read(file)?);
        out.push(b'\n');
    }
    Ok(out)
}

/// All files below `place`, or itself.
fn files(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let (mut out, mut folders) = (Vec::new(), vec![place.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                out.push(entry.path());
            }
        }
    }
    Ok(out)
}
