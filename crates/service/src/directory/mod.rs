//! Organizations with their policies, logos and domains, their agents and their shared templates behind one trait. Subcommands
//! write it, the running service reads it, and a change takes effect at the next request.
//!
//! Tokens and enrolment codes are kept as SHA-256 alone; what is handed out once is not stored anywhere.

pub mod domain;
pub mod logo;
pub mod policy;
mod postgres;
mod sqlite;

pub use domain::{Domain, MAX_DOMAINS, Method, Proof};
pub use logo::{Logo, LogoError};
pub use policy::{PolicyEdit, PolicyError};
pub use postgres::PostgresDirectory;
pub use sqlite::SqliteDirectory;

use crate::clock::Millis;
use crate::secret::NoEntropy;
use async_trait::async_trait;
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{AgentProfile, OrgProfile, Policy, Role, SharedTemplate, TemplateError};
use std::error::Error;

/// First segments of paths that are ours, or could become ours, and so are no organization's handle.
const RESERVED: [&str; 14] = [
    "admin",
    "api",
    "assets",
    "docs",
    "enroll",
    "events",
    "health",
    "healthz",
    "login",
    "metrics",
    "readyz",
    "static",
    "status",
    "well-known",
];
/// Longest name, description and channel, in characters.
const MAX_TEXT_CHARS: usize = 120;
/// Longest web site's address, in characters.
const MAX_WEBSITE_CHARS: usize = 200;
/// Most channels of an organization.
const MAX_CHANNELS: usize = 8;

/// How long an enrolment link can be used.
pub const ENROLLMENT_MS: Millis = 15 * 60_000;
/// Most shared templates of an organization.
pub const MAX_TEMPLATES: u32 = 200;

/// Why the directory did not do what was asked. The message is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The handle cannot be one.
    #[error("a handle has 2 to 40 lower-case letters, digits and inner hyphens, and is none of {}", RESERVED.join(", "))]
    Handle,
    /// The name cannot be one.
    #[error(
        "a name has 1 to {MAX_TEXT_CHARS} characters, none of them a control character or direction mark"
    )]
    Name,
    /// A text of the profile cannot be shown.
    #[error("{0} is too long, has control characters or direction marks, or there are too many of it")]
    Text(&'static str),
    /// The web site is not an address that one can follow.
    #[error("the web site's address starts with https://")]
    Website,
    /// There is one already.
    #[error("{0} exists already")]
    Exists(String),
    /// There is none.
    #[error("{0} does not exist")]
    Unknown(String),
    /// There are as many as there may be.
    #[error("an organization has {MAX_TEMPLATES} shared templates at most")]
    TooMany,
    /// The template cannot be one.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Not a domain's name.
    #[error("a domain is a name such as acme.example: no address, path or port")]
    Domain,
    /// There are as many domains as there may be.
    #[error("an organization has {MAX_DOMAINS} domains at most")]
    TooManyDomains,
    /// There can be no such policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The database does not answer, or has broken. Nothing was changed.
    #[error("the directory cannot be read or written: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// An agent as a request has shown to be.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Who.
    pub profile: AgentProfile,
    /// The organization's handle.
    pub org: String,
    /// What the agent may do.
    pub role: Role,
}

/// A row of `agent list`.
#[derive(Debug, Clone)]
pub struct ListedAgent {
    /// The agent.
    pub agent: Agent,
    /// Whether a token was handed out.
    pub enrolled: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// What to change in an organization's profile; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct OrgEdit {
    /// Its name.
    pub name: Option<String>,
    /// Its country.
    pub country: Option<Region>,
    /// What it does.
    pub description: Option<String>,
    /// Its web site.
    pub website: Option<String>,
    /// Where to reach it independently.
    pub channels: Option<Vec<String>>,
}

/// Organizations and agents.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Adds an organization. What a profile says of logo, domains and numbers is not of this call: they come by calls of their
    /// own.
    async fn add_org(&self, org: OrgProfile) -> Result<(), DirectoryError>;
    /// Changes an organization's profile.
    async fn edit_org(&self, handle: &str, edit: OrgEdit) -> Result<(), DirectoryError>;
    /// An organization's public profile.
    async fn org(&self, handle: &str) -> Result<Option<OrgProfile>, DirectoryError>;
    /// Every organization, by handle.
    async fn orgs(&self) -> Result<Vec<OrgProfile>, DirectoryError>;
    /// What an organization allows; the default for one that has never said, or that does not exist.
    async fn policy(&self, handle: &str) -> Result<Policy, DirectoryError>;
    /// Changes what an organization allows, in one step; the policy that is in force then.
    async fn edit_policy(&self, handle: &str, edit: PolicyEdit) -> Result<Policy, DirectoryError>;
    /// Puts a logo in the place of the one an organization has, or takes it away.
    async fn set_logo(&self, handle: &str, logo: Option<Logo>) -> Result<(), DirectoryError>;
    /// The PNG of this digest, if an organization has it as its logo.
    async fn logo(&self, digest: &str) -> Result<Option<Vec<u8>>, DirectoryError>;
    /// Adds a domain, by its one spelling ([`domain::domain_name`]), with a new challenge; of one that is there already, what is
    /// there.
    async fn add_domain(&self, org: &str, name: &str) -> Result<Domain, DirectoryError>;
    /// An organization's domains, by name, proved or not.
    async fn domains(&self, org: &str) -> Result<Vec<Domain>, DirectoryError>;
    /// Records what came of looking for a domain's challenge: found now, in this way, or gone as of now. What was never found is
    /// not gone, and what is gone stays gone as of when it first was. The domain as it is then; unknown if its challenge is
    /// another by now.
    async fn record_check(
        &self,
        org: &str,
        name: &str,
        challenge: &str,
        found: Option<Method>,
    ) -> Result<Domain, DirectoryError>;
    /// Removes a domain and its challenge.
    async fn remove_domain(&self, org: &str, name: &str) -> Result<(), DirectoryError>;
    /// Adds an agent, without a token yet; the agent's id.
    async fn add_agent(&self, org: &str, name: &str, role: Role) -> Result<String, DirectoryError>;
    /// Hands out a new token to an agent; an older one is void.
    async fn issue_token(&self, agent: &str) -> Result<String, DirectoryError>;
    /// Hands out a one-time enrolment code, good for 15 minutes; an older one is void.
    async fn issue_code(&self, agent: &str) -> Result<String, DirectoryError>;
    /// Exchanges a code for a token, once; none if the code is not good.
    async fn redeem(&self, code: &str) -> Result<Option<String>, DirectoryError>;
    /// The agent a token belongs to.
    async fn agent_of(&self, token: &str) -> Result<Option<Agent>, DirectoryError>;
    /// An organization's agents, by name.
    async fn agents(&self, org: &str) -> Result<Vec<ListedAgent>, DirectoryError>;
    /// Makes an agent's token and codes void, for good.
    async fn revoke(&self, agent: &str) -> Result<(), DirectoryError>;
    /// A number that another follows whenever a token has become void, in whatever process: whoever holds a connection open
    /// for a token looks again then.
    async fn tokens_voided(&self) -> Result<u64, DirectoryError>;
    /// An organization's shared templates, by name.
    async fn templates(&self, org: &str) -> Result<Vec<SharedTemplate>, DirectoryError>;
    /// One of them.
    async fn template(&self, org: &str, id: &str) -> Result<Option<SharedTemplate>, DirectoryError>;
    /// Adds a template that was checked. The same again is no other; another under its id exists already.
    async fn add_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError>;
    /// Puts a template that was checked in the place of the one with its id.
    async fn change_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError>;
    /// Removes a template.
    async fn remove_template(&self, org: &str, id: &str) -> Result<(), DirectoryError>;
    /// Remembers the public origin, for the enrolment links that subcommands print.
    async fn remember_origin(&self, origin: &str) -> Result<(), DirectoryError>;
    /// The public origin the service last ran with.
    async fn origin(&self) -> Result<Option<String>, DirectoryError>;
}

/// A role's name in the database and on the command line.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
    }
}

/// Whether a path's first segment could be an organization's handle.
pub fn is_handle(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let inner = !text.starts_with('-') && !text.ends_with('-');
    (2..=40).contains(&text.len()) && plain && inner && !RESERVED.contains(&text)
}

/// What every implementation asks of a new organization.
fn check_new(org: &OrgProfile) -> Result<(), DirectoryError> {
    if !is_handle(&org.handle) {
        return Err(DirectoryError::Handle);
    }
    check_edit(&OrgEdit {
        name: Some(org.name.clone()),
        country: None,
        description: Some(org.description.clone()),
        website: Some(org.website.clone()),
        channels: Some(org.channels.clone()),
    })
}

fn check_name(name: &str) -> Result<(), DirectoryError> {
    if !name.trim().is_empty() && fits(name, MAX_TEXT_CHARS) { Ok(()) } else { Err(DirectoryError::Name) }
}

fn check_edit(edit: &OrgEdit) -> Result<(), DirectoryError> {
    if let Some(name) = &edit.name {
        check_name(name)?;
    }
    if edit.description.as_ref().is_some_and(|text| !fits(text, MAX_TEXT_CHARS)) {
        return Err(DirectoryError::Text("the description"));
    }
    if let Some(website) = &edit.website {
        if !fits(website, MAX_WEBSITE_CHARS) {
            return Err(DirectoryError::Text("the web site"));
        }
        if !website.is_empty() && !website.starts_with("https://") {
            return Err(DirectoryError::Website);
        }
    }
    if let Some(channels) = &edit.channels
        && (channels.len() > MAX_CHANNELS || !channels.iter().all(|channel| fits(channel, MAX_TEXT_CHARS)))
    {
        return Err(DirectoryError::Text("the channel"));
    }
    Ok(())
}

fn read_template(content: &str) -> Result<SharedTemplate, DirectoryError> {
    serde_json::from_str(content).map_err(|error| DirectoryError::Unavailable(error.into()))
}

fn write_template(template: &SharedTemplate) -> Result<String, DirectoryError> {
    serde_json::to_string(template).map_err(|error| DirectoryError::Unavailable(error.into()))
}

fn fits(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars && !text.chars().any(|c| c.is_control() || turns(c))
}

/// Whether a mark turns the direction of what follows: it is seen by nobody, and writes another name than is stored.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_that_are_paths_of_ours_are_refused() {
        for bad in ["api", "assets", "favicon.ico", "a", "-a", "a-", "A", "a b", "é1", &"a".repeat(41)] {
            assert!(!is_handle(bad), "{bad}");
        }
        for good in ["acme", "a1", "a-b", "42", &"a".repeat(40)] {
            assert!(is_handle(good), "{good}");
        }
    }

    #[test]
    fn a_profile_is_something_one_can_show() {
        let refused = |edit| check_edit(&edit).is_err();
        assert!(refused(OrgEdit { name: Some(" ".into()), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { name: Some("Acme\u{202e}knaB".into()), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { description: Some("\u{2067}x".into()), ..OrgEdit::default() }));
        assert!(!refused(OrgEdit { name: Some("בנק אקמי".into()), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { name: Some("a\u{7}".into()), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { description: Some("x".repeat(121)), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { website: Some("javascript:alert(1)".into()), ..OrgEdit::default() }));
        assert!(refused(OrgEdit { channels: Some(vec!["x".into(); 9]), ..OrgEdit::default() }));
        assert!(!refused(OrgEdit { website: Some(String::new()), ..OrgEdit::default() }));
    }
}
