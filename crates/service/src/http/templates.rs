//! An organization's shared templates. Every agent reads them; supervisors write them.

use super::App;
use super::body::Json;
use super::caller::{Segment, Supervisor};
use super::problem::Failure;
use crate::directory::{Agent, DirectoryError};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_protocol::wire::{SharedTemplate, SharedTemplates, TemplateContent};

/// The organization's shared templates.
#[utoipa::path(get,
    path = "/templates",
    tag = "agent",
    security(("agent" = [])),
    responses((status = 200, description = "All of them, by name", body = SharedTemplates)))]
pub(super) async fn list(
    State(app): State<App>,
    agent: Agent,
) -> Result<axum::Json<SharedTemplates>, Failure> {
    Ok(axum::Json(SharedTemplates { templates: app.directory.templates(&agent.org).await? }))
}

/// One shared template.
#[utoipa::path(get,
    path = "/templates/{id}",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = String, Path, description = "The template")),
    responses((status = 200, description = "The template", body = SharedTemplate)),
    extensions(("x-problems" = json!(["unknown_template"]))))]
pub(super) async fn read(
    State(app): State<App>,
    agent: Agent,
    Segment(id): Segment,
) -> Result<axum::Json<SharedTemplate>, Failure> {
    let id = id.ok_or(Failure::UnknownTemplate)?;
    let template = app.directory.template(&agent.org, &id).await?;
    template.map(axum::Json).ok_or(Failure::UnknownTemplate)
}

/// Adds a shared template. For supervisors.
#[utoipa::path(post,
    path = "/templates",
    tag = "agent",
    security(("agent" = [])),
    request_body = SharedTemplate,
    responses((status = 201, description = "It is there", body = SharedTemplate)),
    extensions(("x-problems" = json!(["forbidden", "out_of_policy", "conflict", "too_many_templates"]))))]
pub(super) async fn add(
    State(app): State<App>,
    Supervisor(agent): Supervisor,
    Json(template): Json<SharedTemplate>,
) -> Result<(StatusCode, axum::Json<SharedTemplate>), Failure> {
    check(&app, &agent, &template).await?;
    app.directory.add_template(&agent.org, template.clone()).await.map_err(failure)?;
    Ok((StatusCode::CREATED, axum::Json(template)))
}

/// Changes a shared template. For supervisors.
#[utoipa::path(put,
    path = "/templates/{id}",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = String, Path, description = "The template")),
    request_body = TemplateContent,
    responses((status = 200, description = "It is changed", body = SharedTemplate)),
    extensions(("x-problems" = json!(["forbidden", "out_of_policy", "unknown_template"]))))]
pub(super) async fn change(
    State(app): State<App>,
    Supervisor(agent): Supervisor,
    Segment(id): Segment,
    Json(content): Json<TemplateContent>,
) -> Result<axum::Json<SharedTemplate>, Failure> {
    let template = content.named(id.ok_or(Failure::UnknownTemplate)?);
    check(&app, &agent, &template).await?;
    app.directory.change_template(&agent.org, template.clone()).await.map_err(failure)?;
    Ok(axum::Json(template))
}

/// Removes a shared template. For supervisors.
#[utoipa::path(delete,
    path = "/templates/{id}",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = String, Path, description = "The template")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-problems" = json!(["forbidden", "unknown_template"]))))]
pub(super) async fn remove(
    State(app): State<App>,
    Supervisor(agent): Supervisor,
    Segment(id): Segment,
) -> Result<StatusCode, Failure> {
    let id = id.ok_or(Failure::UnknownTemplate)?;
    app.directory.remove_template(&agent.org, &id).await.map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check(app: &App, agent: &Agent, template: &SharedTemplate) -> Result<(), Failure> {
    template.check().map_err(|error| Failure::Malformed(error.to_string()))?;
    let policy = app.directory.policy(&agent.org).await?;
    if template.fields.iter().any(|field| !policy.kinds.contains(&field.kind)) {
        return Err(Failure::OutOfPolicy("a kind of field is not allowed"));
    }
    Ok(())
}

fn failure(error: DirectoryError) -> Failure {
    match error {
        DirectoryError::Exists(_) => Failure::Conflict,
        DirectoryError::Unknown(_) => Failure::UnknownTemplate,
        DirectoryError::TooMany => Failure::TooManyTemplates,
        other => other.into(),
    }
}
