//! `page-manifest`: the hashes of the recipient's page, and whether an origin serves what they say. Needs no data and no
//! configuration, so that it can be run on any machine.

use super::serving::PageFolder;
use super::{CliError, Lines};
use crate::comparison::{Manifest, compare};
use crate::directory::{DirectoryError, is_handle};
use crate::origin::Origin;
use crate::page::Page;
use clap::Args;
use serde_json::json;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Whose page is asked for unless told otherwise: that there is no such organization makes no difference.
const ANYBODY: &str = "anybody";

#[derive(Debug, Args)]
pub(super) struct PageManifest {
    #[command(flatten)]
    page: PageFolder,
    /// Ask this origin for every file, and compare, e.g. <https://verify.example>.
    #[arg(long, value_name = "ORIGIN")]
    compare: Option<String>,
    /// Compare with this manifest (- for standard input) and not with the page in this program.
    #[arg(long, requires = "compare", value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// An organization whose page to ask for; may be repeated.
    #[arg(long, requires = "compare", value_name = "HANDLE", default_value = ANYBODY)]
    org: Vec<String>,
    /// Who may vouch for the origin (PEM); whom the system trusts if absent.
    #[arg(long, requires = "compare", value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl PageManifest {
    pub(super) async fn run(self, configured: Option<PathBuf>, out: &mut Lines<'_>) -> Result<(), CliError> {
        let text = match &self.manifest {
            Some(file) if file == Path::new("-") => io::read_to_string(io::stdin())?,
            Some(file) => {
                fs::read_to_string(file).map_err(|error| CliError::ManifestFile(file.clone(), error))?
            }
            None => match self.page.page.clone().or(configured) {
                Some(folder) => Page::from_folder(&folder)?.manifest(),
                None => Page::embedded().manifest(),
            },
        };
        match &self.compare {
            Some(origin) => self.compare(origin, &text, out).await,
            None => Ok(out.out.write_all(text.as_bytes())?),
        }
    }

    async fn compare(&self, origin: &str, manifest: &str, out: &mut Lines<'_>) -> Result<(), CliError> {
        let origin = Origin::parse(origin).map_err(CliError::Compare)?;
        if !self.org.iter().all(|org| is_handle(org)) {
            return Err(DirectoryError::Handle.into());
        }
        let manifest = Manifest::parse(manifest)?;
        let compared = compare(&origin, &manifest, &self.org, self.ca_file.as_deref()).await?;
        let mut altered = 0;
        for file in &compared {
            let same = file.differences.is_empty();
            let line = if same {
                format!("{}: OK", file.name)
            } else {
                [format!("{}: FAILED", file.name)]
                    .iter()
                    .chain(&file.differences)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join("\n  ")
            };
            out.entry(&json!({ "name": file.name, "same": same, "differences": file.differences }), &line)?;
            altered += usize::from(!same);
        }
        if altered == 0 { Ok(()) } else { Err(CliError::Altered(altered, compared.len())) }
    }
}
