//! Shared templates, each verb a function of one connection.

use super::{clean, one as one_row};
use crate::directory::{DirectoryError, MAX_TEMPLATES, read_template, write_template};
use crate::postgres::Lease;
use countersign_protocol::wire::SharedTemplate;

/// An organization's templates, by name.
pub(super) async fn all(lease: &mut Lease, org: &str) -> Result<Vec<SharedTemplate>, DirectoryError> {
    let Ok(org) = clean(org) else { return Ok(Vec::new()) };
    let rows = lease.query("SELECT content FROM templates WHERE org = $1 ORDER BY name, id", &[&org]).await?;
    rows.iter().map(|row| read_template(row.try_get(0)?)).collect()
}

/// One of them.
pub(super) async fn one(
    lease: &mut Lease,
    org: &str,
    id: &str,
) -> Result<Option<SharedTemplate>, DirectoryError> {
    let sql = "SELECT content FROM templates WHERE org = $1 AND id = $2";
    let row = lease.query_opt(sql, &[&clean(org)?, &id]).await?;
    row.map(|row| read_template(row.try_get(0)?)).transpose()
}

/// The same again changes nothing; another under the same id is refused.
pub(super) async fn add(
    lease: &mut Lease,
    org: &str,
    template: &SharedTemplate,
) -> Result<(), DirectoryError> {
    lease.begin().await?;
    let added = add_alone(lease, org, template).await;
    match added {
        Ok(()) => lease.commit().await?,
        Err(DirectoryError::Unavailable(_)) => {}
        Err(_) => lease.undo().await?,
    }
    added
}

/// As [`add`], while nobody else adds one to this organization.
async fn add_alone(lease: &mut Lease, org: &str, template: &SharedTemplate) -> Result<(), DirectoryError> {
    let locked = "SELECT handle FROM orgs WHERE handle = $1 FOR UPDATE";
    let unknown = || DirectoryError::Unknown(org.to_owned());
    lease.query_opt(locked, &[&clean(org)?]).await?.ok_or_else(unknown)?;
    if let Some(known) = one(lease, org, &template.id).await? {
        return if known == *template { Ok(()) } else { Err(DirectoryError::Exists(template.id.clone())) };
    }
    let count = lease.query_opt("SELECT count(*) FROM templates WHERE org = $1", &[&org]).await?;
    let count: i64 = count.map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    if count >= i64::from(MAX_TEMPLATES) {
        return Err(DirectoryError::TooMany);
    }
    let sql = "INSERT INTO templates (org, id, name, content) VALUES ($1, $2, $3, $4)";
    lease.execute(sql, &[&org, &template.id, &template.name, &write_template(template)?]).await?;
    Ok(())
}

/// Puts the template in the place of the one with its id.
pub(super) async fn change(
    lease: &mut Lease,
    org: &str,
    template: &SharedTemplate,
) -> Result<(), DirectoryError> {
    let sql = "UPDATE templates SET name = $3, content = $4 WHERE org = $1 AND id = $2";
    let content = write_template(template)?;
    let (org, id) = (clean(org)?, clean(&template.id)?);
    let changed = lease.execute(sql, &[&org, &id, &template.name, &content]).await?;
    one_row(changed, &template.id)
}

/// Removes it.
pub(super) async fn remove(lease: &mut Lease, org: &str, id: &str) -> Result<(), DirectoryError> {
    let sql = "DELETE FROM templates WHERE org = $1 AND id = $2";
    one_row(lease.execute(sql, &[&clean(org)?, &id]).await?, id)
}
