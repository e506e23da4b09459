//! The user's own templates, favourites and order, in `templates.json`: labels only, never a value.

use super::{FROM_SCRATCH, built_in};
use crate::view::{FieldSpec, Imported, Language, Template, TemplateDraft, TemplateSource};
use countersign_protocol::canonical::Region;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::wire::SharedTemplate;
use countersign_protocol::{Began, Compare, Field, OfferError, Salt};
use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Most templates of one's own.
const MAX_OWN: usize = 200;
/// Longest file we import, in bytes.
const MAX_IMPORT_BYTES: usize = 256 * 1024;
/// Most damaged files that are kept beside one.
const MOST_DAMAGED: u32 = 1000;
/// What is a favourite before the user has said anything.
const FIRST_FAVOURITE: &str = "phone";
/// Own templates' ids begin with it.
const OWN_PREFIX: &str = "own-";

/// Why a template was not saved.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// No such template, or not the user's own.
    #[error("this template cannot be changed; duplicate it and change the copy")]
    NotOwn,
    /// A name, a hint or the number of fields is out of bounds.
    #[error(transparent)]
    Fields(#[from] OfferError),
    /// A template without a name.
    #[error("give the template a name of at most 60 characters")]
    Name,
    /// As many as we keep.
    #[error("you have 200 templates of your own; delete one first")]
    TooMany,
    /// What is imported is not a file of ours.
    #[error("this file holds no Countersign templates")]
    Import,
    /// The file cannot be written.
    #[error("the templates cannot be saved: {0}")]
    Io(#[from] io::Error),
}

/// The file's content.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Kept {
    favourites: Vec<String>,
    /// Ids in the order the user gave them; those not here follow in their natural order.
    order: Vec<String>,
    own: Vec<Own>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { favourites: vec![FIRST_FAVOURITE.to_owned()], order: Vec::new(), own: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    #[serde(default)]
    id: String,
    name: String,
    fields: Vec<FieldSpec>,
    began: Began,
}

/// What is exported and imported.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    countersign_templates: u32,
    templates: Vec<Own>,
}

/// All templates of this user.
pub struct TemplateBook {
    path: PathBuf,
    kept: Kept,
    shared: Vec<Template>,
}

impl TemplateBook {
    /// The book in this folder. A file that cannot be read is kept under another name.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("templates.json");
        let kept = read_whole(&path, |text| serde_json::from_str(text).ok());
        Self { path, kept, shared: Vec::new() }
    }

    /// The organization's templates, as its service gives them.
    pub fn set_shared(&mut self, shared: Vec<SharedTemplate>) {
        let of = |template: SharedTemplate| Template {
            id: template.id,
            name: template.name,
            fields: template.fields.into_iter().map(spec).collect(),
            began: template.began,
            source: TemplateSource::Shared,
            favourite: false,
        };
        self.shared =
            shared.into_iter().filter(|shared| !shared.id.starts_with(OWN_PREFIX)).map(of).collect();
    }

    /// All, in the order of the picker: favourites, the others, *from scratch*.
    pub fn list(&self, language: Language) -> Vec<Template> {
        let own = self.kept.own.iter().map(|own| Template {
            id: own.id.clone(),
            name: own.name.clone(),
            fields: own.fields.clone(),
            began: own.began,
            source: TemplateSource::Own,
            favourite: false,
        });
        // One of the organization's takes the place of the built-in one with its id.
        let ours = |template: &Template| self.shared.iter().all(|shared| shared.id != template.id);
        let mut all: Vec<Template> =
            built_in(language).into_iter().filter(ours).chain(self.shared.clone()).chain(own).collect();
        for template in &mut all {
            template.favourite = self.kept.favourites.contains(&template.id);
        }
        let place = |id: &str| self.kept.order.iter().position(|known| known == id).unwrap_or(usize::MAX);
        // Stable: what the user has not moved stays in its natural order.
        all.sort_by_key(|t| (t.id == FROM_SCRATCH, !t.favourite, place(&t.id)));
        all
    }

    /// The template with this id.
    pub fn find(&self, id: &str, language: Language) -> Option<Template> {
        self.list(language).into_iter().find(|template| template.id == id)
    }

    /// Saves a template of one's own; its id. `fresh` names a new one.
    pub fn save(&mut self, draft: TemplateDraft, fresh: &str) -> Result<String, BookError> {
        let TemplateDraft { id, name, fields, began } = draft;
        let mut own = checked(Own { id: String::new(), name, fields, began })?;
        let mut next = self.kept.clone();
        if let Some(id) = id {
            let place = next.own.iter_mut().find(|known| known.id == id).ok_or(BookError::NotOwn)?;
            own.id.clone_from(&id);
            *place = own;
            return self.keep(next).map(|()| id);
        }
        if next.own.len() >= MAX_OWN {
            return Err(BookError::TooMany);
        }
        own.id = format!("{OWN_PREFIX}{fresh}");
        let id = own.id.clone();
        next.own.push(own);
        self.keep(next).map(|()| id)
    }

    /// Deletes a template of one's own.
    pub fn delete(&mut self, id: &str) -> Result<(), BookError> {
        let mut next = self.kept.clone();
        let before = next.own.len();
        next.own.retain(|own| own.id != id);
        if next.own.len() == before {
            return Err(BookError::NotOwn);
        }
        next.favourites.retain(|known| known != id);
        next.order.retain(|known| known != id);
        self.keep(next)
    }

    /// Makes a template a favourite, or not.
    pub fn favour(&mut self, id: &str, on: bool) -> Result<(), BookError> {
        if self.find(id, Language::En).is_none() || id == FROM_SCRATCH {
            return Err(BookError::NotOwn);
        }
        let mut next = self.kept.clone();
        next.favourites.retain(|known| known != id);
        if on {
            next.favourites.push(id.to_owned());
        }
        self.keep(next)
    }

    /// Puts a template before another; without one, last.
    pub fn place(&mut self, id: &str, before: Option<&str>) -> Result<(), BookError> {
        let mut ids: Vec<String> = self.list(Language::En).into_iter().map(|template| template.id).collect();
        let at = ids.iter().position(|known| known == id).ok_or(BookError::NotOwn)?;
        let moved = ids.remove(at);
        let to = before.and_then(|before| ids.iter().position(|known| known == before));
        ids.insert(to.unwrap_or(ids.len()), moved);
        let mut next = self.kept.clone();
        next.order = ids;
        self.keep(next)
    }

    /// One's own templates as a file's content, and how many they are.
    pub fn export(&self) -> (String, u64) {
        let templates = self.kept.own.clone();
        let count = templates.len() as u64;
        let exchange = Exchange { countersign_templates: 1, templates };
        (serde_json::to_string_pretty(&exchange).unwrap_or_default() + "\n", count)
    }

    /// Takes in a file's templates: all or, if one of them is wrong, none. `fresh` names new ones.
    pub fn import(&mut self, text: &str, mut fresh: impl FnMut() -> String) -> Result<Imported, BookError> {
        if text.len() > MAX_IMPORT_BYTES {
            return Err(BookError::Import);
        }
        let exchange: Exchange = serde_json::from_str(text).map_err(|_| BookError::Import)?;
        if exchange.countersign_templates != 1 {
            return Err(BookError::Import);
        }
        let mut next = self.kept.clone();
        let mut imported = Imported { added: 0, known: 0 };
        for own in exchange.templates {
            let mut own = checked(own)?;
            let same = |known: &Own| {
                (&known.name, &known.fields, known.began) == (&own.name, &own.fields, own.began)
            };
            if next.own.iter().any(same) {
                imported.known += 1;
                continue;
            }
            if next.own.len() >= MAX_OWN {
                return Err(BookError::TooMany);
            }
            own.id = format!("{OWN_PREFIX}{}", fresh());
            next.own.push(own);
            imported.added += 1;
        }
        self.keep(next)?;
        Ok(imported)
    }

    /// On disk first, then in force.
    fn keep(&mut self, next: Kept) -> Result<(), BookError> {
        let text = serde_json::to_string_pretty(&next).map_err(io::Error::other)?;
        write_whole(&self.path, text.as_bytes())?;
        self.kept = next;
        Ok(())
    }
}

/// Reads a file of the user's. One that is absent is the default, and so is one that cannot be read, for whatever reason: that one is
/// kept under another name, for the next save takes its place.
pub(crate) fn read_whole<T: Default>(path: &Path, parse: impl FnOnce(&str) -> Option<T>) -> T {
    let read = std::fs::read_to_string(path)
        .and_then(|text| parse(&text).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData)));
    read.unwrap_or_else(|error| {
        if error.kind() != io::ErrorKind::NotFound {
            let file = path.file_name().unwrap_or_default().display();
            tracing::warn!(%error, %file, "a file is damaged; it is kept beside the new one");
            if let Err(error) = put_aside(path) {
                tracing::error!(%error, %file, "a damaged file could not be kept");
            }
        }
        T::default()
    })
}

/// Gives a damaged file a name that no earlier one has.
fn put_aside(path: &Path) -> io::Result<()> {
    for number in 1..=MOST_DAMAGED {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 1 { ".damaged".to_owned() } else { format!(".damaged-{number}") });
        let aside = PathBuf::from(name);
        match aside.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return std::fs::rename(path, aside),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes a file whole: to a new one first, then in the old one's place.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut file = std::fs::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

fn spec(field: Field) -> FieldSpec {
    FieldSpec { name: field.name, kind: field.kind, hint: field.hint }
}

/// Held to the bounds an offer has, so that whatever is saved can be started.
fn checked(own: Own) -> Result<Own, BookError> {
    let name = own.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(BookError::Name);
    }
    let trimmed = |field: FieldSpec| FieldSpec {
        name: field.name.trim().to_owned(),
        kind: field.kind,
        hint: field.hint.trim().to_owned(),
    };
    let fields: Vec<FieldSpec> = own.fields.into_iter().map(trimmed).collect();
    let asked =
        |field: &FieldSpec| Field { name: field.name.clone(), kind: field.kind, hint: field.hint.clone() };
    let region: Region = "US".parse().map_err(|_| BookError::Import)?;
    OfferDraft {
        salt: Salt::from_bytes([0; 16]),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region,
        org_name: "-".to_owned(),
        agent_name: String::new(),
        subject: String::new(),
        fields: fields.iter().map(asked).collect(),
    }
    .check()?;
    Ok(Own { id: own.id, name, fields, began: own.began })
}

#[cfg(test)]
mod tests;
