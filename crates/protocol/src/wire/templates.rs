//! Shared templates.

use crate::offer::{Began, Field, MAX_NAME_CHARS, OfferError, check_fields, fits};
use serde::{Deserialize, Serialize};

/// A template that an organization's agents share. `POST /api/v1/templates`, and what reading one answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SharedTemplate {
    /// Drawn by whoever adds it; 1 to [`MAX_TEMPLATE_ID_CHARS`] lower-case letters, digits and hyphens. The `template_id` of the
    /// sessions made from it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$"))]
    pub id: String,
    /// As agents pick it; 1 to [`MAX_NAME_CHARS`] characters.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Name))]
    pub name: String,
    /// Who usually begins such a conversation.
    pub began: Began,
    /// What the recipient is asked for.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 3))]
    pub fields: Vec<Field>,
}

/// `PUT /api/v1/templates/{id}`: the template but for its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateContent {
    /// As agents pick it; 1 to [`MAX_NAME_CHARS`] characters.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Name))]
    pub name: String,
    /// Who usually begins such a conversation.
    pub began: Began,
    /// What the recipient is asked for.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 3))]
    pub fields: Vec<Field>,
}

/// `GET /api/v1/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedTemplates {
    /// By name.
    pub templates: Vec<SharedTemplate>,
}

/// Longest id of a shared template.
pub const MAX_TEMPLATE_ID_CHARS: usize = 40;

/// Why a template is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The id is out of bounds.
    #[error("a template's id has 1 to 40 lower-case letters, digits and hyphens")]
    Id,
    /// The name is out of bounds.
    #[error("a template's name has 1 to 60 characters and no control characters")]
    Name,
    /// No session could have these fields.
    #[error(transparent)]
    Fields(#[from] OfferError),
}

impl SharedTemplate {
    /// Whether every part is within its bounds.
    pub fn check(&self) -> Result<(), TemplateError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=MAX_TEMPLATE_ID_CHARS).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            return Err(TemplateError::Id);
        }
        if self.name.trim().is_empty() || !fits(&self.name, MAX_NAME_CHARS) {
            return Err(TemplateError::Name);
        }
        Ok(check_fields(&self.fields)?)
    }
}

impl TemplateContent {
    /// With its id.
    pub fn named(self, id: String) -> SharedTemplate {
        let Self { name, began, fields } = self;
        SharedTemplate { id, name, began, fields }
    }
}
