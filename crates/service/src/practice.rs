//! The practice organization: a whole verification on one computer, for a new user to try. It verifies nobody, and its
//! profile says so.

use crate::directory::{Directory, DirectoryError, OrgEdit};
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{OrgProfile, Role};

/// An organization that verifies nobody.
#[derive(Debug, Clone)]
pub struct PracticeOrg {
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: Region,
    /// Its one agent's name.
    pub agent: String,
}

/// The practice agent's bearer token. No `Debug`.
pub struct PracticeToken(String);

impl PracticeToken {
    /// The token's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Sees to it that the practice organization and its agent exist; a new token each time, which voids the one before.
pub(crate) async fn practise(
    directory: &dyn Directory,
    org: PracticeOrg,
) -> Result<PracticeToken, DirectoryError> {
    let profile = OrgProfile {
        handle: org.handle.clone(),
        name: org.name.clone(),
        country: org.country.clone(),
        description: "A practice organization on this computer. It verifies nobody.".to_owned(),
        website: String::new(),
        logo_url: None,
        domains: Vec::new(),
        channels: Vec::new(),
        numbers: true,
        practice: true,
    };
    match directory.add_org(profile).await {
        Err(DirectoryError::Exists(_)) => {
            let edit = OrgEdit { name: Some(org.name), country: Some(org.country), ..OrgEdit::default() };
            directory.edit_org(&org.handle, edit).await?;
        }
        other => other?,
    }
    let known = directory.agents(&org.handle).await?.into_iter().find(|listed| !listed.revoked);
    let agent = match known {
        Some(listed) => listed.agent.profile.id,
        None => directory.add_agent(&org.handle, &org.agent, Role::Agent).await?,
    };
    directory.issue_token(&agent).await.map(PracticeToken)
}
