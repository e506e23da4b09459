//! The messages of the service's API as JSON, once for every program (`docs/api.md`).
//!
//! Reading is strict: an unknown member, a value that is not in its one text form or a text out of bounds is an error, and
//! nothing has happened. These types carry no rule beyond that; the rules are in the types they are made of.

mod audit;
mod organization;
mod templates;

pub use audit::{AuditEntry, AuditPage};
pub use organization::{OrgProfile, Policy, VerifiedDomain};
pub use templates::{MAX_TEMPLATE_ID_CHARS, SharedTemplate, SharedTemplates, TemplateContent, TemplateError};

use crate::canonical::Region;
use crate::id::{Commit, Nonce, Salt, SessionId, Share, Tag};
use crate::offer::{Began, Compare, Field, Offer, OfferDraft, OfferError};
use serde::{Deserialize, Serialize};

/// `POST /api/v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// Drawn by the agent.
    pub session_id: SessionId,
    /// Drawn by the agent.
    pub salt: Salt,
    /// `Ya`.
    pub share: Share,
    /// Seconds the session is open.
    #[cfg_attr(feature = "openapi", schema(minimum = 30, maximum = 900))]
    pub ttl_secs: u32,
    /// Digits of the passcode.
    #[cfg_attr(feature = "openapi", schema(minimum = 4, maximum = 8))]
    pub passcode_digits: u32,
    /// How the recipient compares.
    pub compare: Compare,
    /// The organization's country, equal to the directory's.
    pub region: Region,
    /// The organization's name, equal to the directory's.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ShownText))]
    pub org_name: String,
    /// Shown to the recipient.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ShownText>))]
    pub agent_name: Option<String>,
    /// Shown to the recipient.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ShownText>))]
    pub subject: Option<String>,
    /// For the audit; not shown and not authenticated. At most [`MAX_TEMPLATE_ID_CHARS`] letters, digits, hyphens and underscores
    /// of ASCII.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 40, pattern = "^[A-Za-z0-9_-]*$"))]
    pub template_id: Option<String>,
    /// What the recipient is asked for.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 3))]
    pub fields: Vec<Field>,
}

impl CreateSession {
    /// The request that puts `offer` out.
    pub fn new(session_id: SessionId, share: Share, offer: &Offer, template_id: Option<String>) -> Self {
        let OfferDraft {
            salt,
            ttl_secs,
            passcode_digits,
            compare,
            region,
            org_name,
            agent_name,
            subject,
            fields,
        } = (**offer).clone();
        let present = |text: String| (!text.is_empty()).then_some(text);
        Self {
            session_id,
            salt,
            share,
            ttl_secs,
            passcode_digits,
            compare,
            region,
            org_name,
            agent_name: present(agent_name),
            subject: present(subject),
            template_id,
            fields,
        }
    }

    /// Whether `template_id` is within its bounds. It is kept for as long as the audit is, and read in spreadsheets: it is a name,
    /// not a text.
    pub fn names_its_template(&self) -> bool {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        self.template_id.as_ref().is_none_or(|id| id.len() <= MAX_TEMPLATE_ID_CHARS && id.bytes().all(plain))
    }

    /// The offer in the request, checked.
    pub fn offer(&self) -> Result<Offer, OfferError> {
        OfferDraft {
            salt: self.salt.clone(),
            ttl_secs: self.ttl_secs,
            passcode_digits: self.passcode_digits,
            compare: self.compare,
            region: self.region.clone(),
            org_name: self.org_name.clone(),
            agent_name: self.agent_name.clone().unwrap_or_default(),
            subject: self.subject.clone().unwrap_or_default(),
            fields: self.fields.clone(),
        }
        .check()
    }
}

/// `201` to [`CreateSession`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Created {
    /// The link to pass to the recipient.
    pub url: String,
    /// Six digits for a recipient who types the organization's address; unique among its live sessions. Empty where the
    /// organization does not use numbers.
    #[cfg_attr(feature = "openapi", schema(pattern = "^([0-9]{6})?$"))]
    pub number: String,
    /// RFC 3339, by the service's clock.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub created_at: String,
    /// RFC 3339, by the service's clock.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
    /// Milliseconds left when the answer was made; clients count down from it on a clock of their own.
    pub ttl_ms: u64,
}

/// A body without members: `open`, `extend`, `revealed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// The answer to `open`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedSession {
    /// What the recipient is shown.
    pub offer: Offer,
    /// `Ya`.
    pub share: Share,
    /// Milliseconds left.
    pub ttl_ms: u64,
}

/// `POST …/answer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// `Yb`.
    pub share: Share,
    /// Binds the recipient to the nonce.
    pub commit: Commit,
    /// Who began, as the recipient says it.
    pub began: Began,
    /// `tag_b`.
    pub tag: Tag,
}

/// `POST …/verdict`, from the agent: `{"accepted": true, "tag": …}` or `{"accepted": false}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Whether the answer was accepted.
    pub accepted: bool,
    /// `tag_a`, with an acceptance and only with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
}

impl Verdict {
    /// The answer was right.
    pub fn accept(tag: Tag) -> Self {
        Self { accepted: true, tag: Some(tag) }
    }

    /// It was not, or is not trusted.
    pub fn refuse() -> Self {
        Self { accepted: false, tag: None }
    }

    /// Whether tag and acceptance go together.
    pub fn is_consistent(&self) -> bool {
        self.accepted == self.tag.is_some()
    }
}

/// `GET …/verdict`, to the recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum VerdictState {
    /// The agent has not answered yet.
    Pending,
    /// The agent holds the same value, and here is the proof.
    Accepted {
        /// `tag_a`.
        tag: Tag,
        /// Milliseconds left.
        ttl_ms: u64,
    },
    /// The session is over.
    Refused,
}

/// `POST …/viewed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ViewedRequest {
    /// Unlocks the agent's reveal.
    pub nonce: Nonce,
}

/// `POST …/outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Whether the recipient says the codes match.
    pub matched: bool,
    /// The recipient says: I did not ask for this. Only with `matched: false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unexpected: bool,
}

/// The answer to `extend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Extended {
    /// RFC 3339, by the service's clock.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
    /// Milliseconds left.
    pub ttl_ms: u64,
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs sessions.
    Agent,
    /// Also writes shared templates and reads the organization's history.
    Supervisor,
}

/// `GET /api/v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The agent.
    pub agent: AgentProfile,
    /// What the agent may do.
    pub role: Role,
    /// The organization.
    pub organization: OrgProfile,
    /// The service's public origin: part of `CI`.
    pub origin: String,
    /// What the organization allows.
    pub policy: Policy,
}

/// The agent as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentProfile {
    /// Stable identifier.
    pub id: String,
    /// The name recipients are shown unless the session says otherwise.
    pub name: String,
}

/// `POST /api/v1/enroll`: a one-time enrolment code for a token.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrollRequest {
    /// From the enrolment link.
    pub code: String,
}

/// The answer to [`EnrollRequest`]. Holds a secret: no `Debug`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    /// The agent's bearer token; the service keeps its SHA-256 alone.
    pub token: String,
}

/// One event of `GET /api/v1/events`: the SSE `event` is the variant's name, `data` the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentEvent {
    /// Which session.
    pub session_id: SessionId,
    /// RFC 3339, by the service's clock.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What happened to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The link was opened.
    Opened,
    /// Someone tried a link that was already opened.
    OpenRefused,
    /// The one answer.
    Answered(Answer),
    /// The passcode is on the recipient's screen.
    Viewed {
        /// Unlocks the reveal.
        nonce: Nonce,
    },
    /// Someone asked for more time.
    Extended {
        /// RFC 3339, by the service's clock.
        expires_at: String,
        /// Milliseconds left when the event was made.
        ttl_ms: u64,
    },
    /// The recipient's last word.
    Outcome(Outcome),
    /// Time ran out.
    Expired,
}

impl EventKind {
    /// The SSE `event` name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::OpenRefused => "open_refused",
            Self::Answered(_) => "answered",
            Self::Viewed { .. } => "viewed",
            Self::Extended { .. } => "extended",
            Self::Outcome(_) => "outcome",
            Self::Expired => "expired",
        }
    }
}

/// Every error: `application/problem+json` (RFC 9457) with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Always `about:blank`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// For programs.
    pub code: String,
    /// What to do about it, where that may be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_are_refused() {
        for json in [r#"{"accepted":false,"why":1}"#, r#"{"matched":true,"x":1}"#] {
            assert!(serde_json::from_str::<Verdict>(json).is_err());
            assert!(serde_json::from_str::<Outcome>(json).is_err());
        }
        assert!(serde_json::from_str::<Empty>(r#"{"a":1}"#).is_err());
        assert!(serde_json::from_str::<Empty>("{}").is_ok());
    }

    #[test]
    fn verdicts_have_the_documented_form() {
        let pending = serde_json::to_string(&VerdictState::Pending).unwrap();
        assert_eq!(pending, r#"{"verdict":"pending"}"#);
        let refused = serde_json::to_string(&VerdictState::Refused).unwrap();
        assert_eq!(refused, r#"{"verdict":"refused"}"#);
        assert_eq!(serde_json::to_string(&Verdict::refuse()).unwrap(), r#"{"accepted":false}"#);
    }
}
