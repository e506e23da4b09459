//! Shared templates, each a function of one connection.

use super::one as one_row;
use crate::directory::{DirectoryError, MAX_TEMPLATES, read_template, write_template};
use countersign_protocol::wire::SharedTemplate;
use rusqlite::{Connection, OptionalExtension as _, params};

/// An organization's templates, by name.
pub(super) fn all(connection: &Connection, org: &str) -> Result<Vec<SharedTemplate>, DirectoryError> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM templates WHERE org = ?1 ORDER BY name, id")?;
    let contents = statement.query_map([org], |row| row.get::<_, String>(0))?;
    contents.map(|content| read_template(&content?)).collect()
}

/// One of them.
pub(super) fn one(
    connection: &Connection,
    org: &str,
    id: &str,
) -> Result<Option<SharedTemplate>, DirectoryError> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM templates WHERE org = ?1 AND id = ?2")?;
    let content: Option<String> = statement.query_row([org, id], |row| row.get(0)).optional()?;
    content.map(|content| read_template(&content)).transpose()
}

/// The same again changes nothing; another under the same id is refused.
pub(super) fn add(
    connection: &Connection,
    org: &str,
    template: &SharedTemplate,
) -> Result<(), DirectoryError> {
    if let Some(known) = one(connection, org, &template.id)? {
        return if known == *template { Ok(()) } else { Err(DirectoryError::Exists(template.id.clone())) };
    }
    let mut statement = connection.prepare_cached("SELECT count(*) FROM templates WHERE org = ?1")?;
    let count: u32 = statement.query_row([org], |row| row.get(0))?;
    if count >= MAX_TEMPLATES {
        return Err(DirectoryError::TooMany);
    }
    let added = connection.execute(
        "INSERT INTO templates (org, id, name, content) SELECT handle, ?2, ?3, ?4 FROM orgs WHERE handle = ?1",
        params![org, template.id, template.name, write_template(template)?],
    )?;
    one_row(added, org.to_owned())
}

/// Puts the template in the place of the one with its id.
pub(super) fn change(
    connection: &Connection,
    org: &str,
    template: SharedTemplate,
) -> Result<(), DirectoryError> {
    let changed = connection.execute(
        "UPDATE templates SET name = ?3, content = ?4 WHERE org = ?1 AND id = ?2",
        params![org, template.id, template.name, write_template(&template)?],
    )?;
    one_row(changed, template.id)
}

/// Removes it.
pub(super) fn remove(connection: &Connection, org: &str, id: String) -> Result<(), DirectoryError> {
    let removed = connection.execute("DELETE FROM templates WHERE org = ?1 AND id = ?2", params![org, id])?;
    one_row(removed, id)
}
