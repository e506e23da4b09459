//! The one place where an error becomes what the user is told.

use crate::client::ClientError;
use crate::history::HistoryError;
use crate::view::{Refused, RefusedCode};
use countersign_protocol::{OfferError, ValueError};

impl Refused {
    pub(crate) fn new(code: RefusedCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    pub(crate) fn no_such_session() -> Self {
        Self::new(RefusedCode::NoSuchSession, "This session's card is closed.")
    }

    pub(crate) fn not_viewed() -> Self {
        Self::new(RefusedCode::NotViewed, "The recipient has not seen the passcode yet.")
    }

    pub(crate) fn wrong_step() -> Self {
        Self::new(RefusedCode::WrongStep, "This session is past that step.")
    }

    pub(crate) fn internal() -> Self {
        Self::new(RefusedCode::Internal, "Something went wrong; restart the program if it persists.")
    }

    /// A value that was refused, and the field it stands in, counted from 0.
    pub(crate) fn value(error: ValueError, field: usize) -> Self {
        let code = match error {
            ValueError::Empty => RefusedCode::ValueEmpty,
            ValueError::TooLong => RefusedCode::ValueTooLong,
            ValueError::ControlCharacter => RefusedCode::ValueControlCharacter,
            ValueError::NotOfKind(_) => RefusedCode::ValueNotOfKind,
        };
        Self { code, message: format!("The value {error}."), field: u32::try_from(field).ok() }
    }
}

impl From<OfferError> for Refused {
    fn from(error: OfferError) -> Self {
        let field = match error {
            OfferError::FieldName(place) | OfferError::FieldHint(place) => {
                u32::try_from(place.saturating_sub(1)).ok()
            }
            _ => None,
        };
        Self { code: RefusedCode::OutOfBounds, message: error.to_string(), field }
    }
}

impl From<HistoryError> for Refused {
    fn from(error: HistoryError) -> Self {
        Self::new(RefusedCode::HistoryUnavailable, error.to_string())
    }
}

impl From<ClientError> for Refused {
    fn from(error: ClientError) -> Self {
        let code = match &error {
            ClientError::Offline => RefusedCode::Offline,
            ClientError::Unauthorized => RefusedCode::Unauthorized,
            ClientError::TooMany { .. } => RefusedCode::TooMany,
            ClientError::Refused { code, .. } if code == "out_of_policy" => RefusedCode::OutOfPolicy,
            ClientError::Refused { code, .. } if code == "wrong_state" => RefusedCode::WrongStep,
            ClientError::Refused { code, .. } if code == "invalid_enrollment" => RefusedCode::EnrollmentCode,
            ClientError::Refused { .. } | ClientError::Malformed | ClientError::Elsewhere => {
                RefusedCode::Internal
            }
        };
        Self::new(code, error.to_string())
    }
}
