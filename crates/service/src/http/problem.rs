//! Errors as `application/problem+json` (RFC 9457). What a recipient may not know is [`Failure::InvalidSession`], whose bytes
//! are the same for unknown, used, expired, cancelled and malformed ids.

use crate::audit::AuditError;
use crate::directory::DirectoryError;
use crate::limits::TooMany;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_protocol::OfferError;
use countersign_protocol::wire::Problem;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// To the outside: there is no such session, whatever the reason.
    InvalidSession,
    /// No token, or one that is not known.
    Unauthorized,
    /// The agent is no supervisor.
    Forbidden,
    /// There is no such shared template.
    UnknownTemplate,
    /// There are as many shared templates as there may be.
    TooManyTemplates,
    /// The body is not the documented message. Says what is wrong, never what was sent.
    Malformed(String),
    /// Not JSON.
    UnsupportedMediaType,
    /// Over 16 KiB.
    TooLarge,
    /// The session is at another step (agent).
    WrongState,
    /// Done before, with other content (agent).
    Conflict,
    /// The organization's name or country is not what the agent's program believes.
    ProfileChanged,
    /// The organization does not allow this.
    OutOfPolicy(&'static str),
    /// The enrolment code is not good (any more).
    InvalidEnrollment,
    /// There is no such organization.
    UnknownOrganization,
    /// There is no such call.
    NotFound,
    /// There is such a call, by another method.
    MethodNotAllowed,
    /// Come back later.
    TooMany(TooMany),
    /// The store does not answer.
    Unavailable,
    /// The service is about to stop.
    Stopping,
}

/// What is counted of a failure beside its status.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counted {
    /// A store did not answer.
    StoreFailed,
    /// A limit was met.
    RateLimited,
}

impl Failure {
    fn describe(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidSession => (StatusCode::NOT_FOUND, "invalid_session", "Session is not valid"),
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "unauthorized", "The token is missing or not known")
            }
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Only a supervisor may do this"),
            Self::UnknownTemplate => (StatusCode::NOT_FOUND, "unknown_template", "There is no such template"),
            Self::TooManyTemplates => {
                (StatusCode::CONFLICT, "too_many_templates", "There are as many templates as there may be")
            }
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed", "The request is malformed"),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be application/json",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 16 KiB"),
            Self::WrongState => (StatusCode::CONFLICT, "wrong_state", "The session is at another step"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "This was done before with other content"),
            Self::ProfileChanged => {
                (StatusCode::CONFLICT, "profile_changed", "The organization's profile has changed")
            }
            Self::OutOfPolicy(_) => {
                (StatusCode::BAD_REQUEST, "out_of_policy", "The organization does not allow this")
            }
            Self::InvalidEnrollment => {
                (StatusCode::NOT_FOUND, "invalid_enrollment", "The enrolment link was used or is too old")
            }
            Self::UnknownOrganization => {
                (StatusCode::NOT_FOUND, "unknown_organization", "There is no such organization")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Not by this method")
            }
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many", "Too many requests"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "The service is about to stop"),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service is not available; try again")
            }
        }
    }

    /// The status that goes with a code.
    pub(super) fn status_of(code: &str) -> Option<StatusCode> {
        const ALL: [Failure; 19] = [
            Failure::InvalidSession,
            Failure::Unauthorized,
            Failure::Forbidden,
            Failure::UnknownTemplate,
            Failure::TooManyTemplates,
            Failure::Malformed(String::new()),
            Failure::UnsupportedMediaType,
            Failure::TooLarge,
            Failure::WrongState,
            Failure::Conflict,
            Failure::ProfileChanged,
            Failure::OutOfPolicy(""),
            Failure::InvalidEnrollment,
            Failure::UnknownOrganization,
            Failure::NotFound,
            Failure::MethodNotAllowed,
            Failure::TooMany(TooMany { retry_after_secs: 1 }),
            Failure::Unavailable,
            Failure::Stopping,
        ];
        ALL.iter().map(Self::describe).find(|(_, known, _)| *known == code).map(|(status, ..)| status)
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Malformed(detail) => Some(detail.clone()),
            Self::OutOfPolicy(detail) => Some((*detail).to_owned()),
            _ => None,
        }
    }

    /// What a recipient is told: everything about a session is one thing.
    pub(super) fn for_recipient(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable => Self::Unavailable,
            StoreError::NoSuchSession
            | StoreError::WrongState
            | StoreError::Conflict
            | StoreError::TooManyLive => Self::InvalidSession,
        }
    }

    /// What an agent is told of its own sessions.
    pub(super) fn for_agent(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchSession => Self::InvalidSession,
            StoreError::WrongState => Self::WrongState,
            StoreError::Conflict => Self::Conflict,
            StoreError::TooManyLive => Self::TooMany(TooMany { retry_after_secs: 30 }),
            StoreError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<TooMany> for Failure {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

impl From<OfferError> for Failure {
    fn from(error: OfferError) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        tracing::error!(%error, "the directory failed");
        Self::Unavailable
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        tracing::error!(%error, "the history failed");
        Self::Unavailable
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, title) = self.describe();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.detail(),
        };
        let counted = match &self {
            Self::Unavailable => Some(Counted::StoreFailed),
            Self::TooMany(_) => Some(Counted::RateLimited),
            _ => None,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(counted) = counted {
            response.extensions_mut().insert(counted);
        }
        if let Self::TooMany(TooMany { retry_after_secs }) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_secs));
        }
        if self == Self::Unavailable {
            // A store that is full or away is asked again, and not by everybody at once.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self == Self::Unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
