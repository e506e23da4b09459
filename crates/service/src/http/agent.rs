//! The agent's calls: who am I, create, verdict, revealed, more time, cancel, enrol.

use super::App;
use super::body::{Json, NoBody};
use super::caller::Named;
use super::problem::Failure;
use crate::clock::{left, rfc3339};
use crate::directory::Agent;
use crate::directory::policy::permits;
use crate::limits::Source;
use crate::store::Owner;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_protocol::wire::{
    CreateSession, Created, Empty, EnrollRequest, Enrolled, Extended, MAX_TEMPLATE_ID_CHARS, Me, OrgProfile,
    Verdict,
};
use countersign_protocol::{SessionId, cpace};

async fn organization(app: &App, agent: &Agent) -> Result<OrgProfile, Failure> {
    app.directory.org(&agent.org).await?.ok_or(Failure::Unauthorized)
}

/// Who the agent is, and what its organization is called and allows.
#[utoipa::path(get,
    path = "/me",
    tag = "agent",
    security(("agent" = [])),
    responses((status = 200, description = "The agent", body = Me)))]
pub(super) async fn me(State(app): State<App>, agent: Agent) -> Result<axum::Json<Me>, Failure> {
    let organization = organization(&app, &agent).await?;
    let policy = app.directory.policy(&agent.org).await?;
    let origin = app.origin.to_string();
    Ok(axum::Json(Me { agent: agent.profile, role: agent.role, organization, origin, policy }))
}

/// Places a session. The same message again gets the same answer.
#[utoipa::path(post,
    path = "/sessions",
    tag = "agent",
    security(("agent" = [])),
    request_body = CreateSession,
    responses((status = 201, description = "The session waits for its recipient", body = Created)),
    extensions(("x-problems" = json!(["out_of_policy", "profile_changed", "conflict", "too_many"]))))]
pub(super) async fn create(
    State(app): State<App>,
    agent: Agent,
    Json(request): Json<CreateSession>,
) -> Result<(StatusCode, axum::Json<Created>), Failure> {
    let offer = request.offer()?;
    cpace::check_share(&request.share)
        .map_err(|_| Failure::Malformed("share is not a group element".to_owned()))?;
    if !request.names_its_template() {
        return Err(Failure::Malformed(format!(
            "template_id has at most {MAX_TEMPLATE_ID_CHARS} letters, digits, hyphens and underscores"
        )));
    }
    let organization = organization(&app, &agent).await?;
    if offer.org_name != organization.name || offer.region != organization.country {
        return Err(Failure::ProfileChanged);
    }
    let policy = app.directory.policy(&agent.org).await?;
    permits(&policy, &offer).map_err(Failure::OutOfPolicy)?;
    app.limiter.creation(&agent.profile.id, &agent.org, policy.creations_per_minute)?;

    let id = request.session_id;
    let owner = Owner {
        org: agent.org.clone(),
        agent: agent.profile.id,
        most_live: app.limiter.live_sessions_per_agent(),
    };
    let placed = app.store.create(owner, request).await.map_err(Failure::for_agent)?;
    let created = Created {
        url: format!("{}/{}/{id}", app.origin, agent.org),
        number: if policy.numbers { placed.number } else { String::new() },
        created_at: rfc3339(placed.created_at),
        expires_at: rfc3339(placed.expires_at),
        ttl_ms: left(placed.expires_at, app.clock.now()),
    };
    Ok((StatusCode::CREATED, axum::Json(created)))
}

/// Accepts or refuses the recipient's answer, once.
#[utoipa::path(post,
    path = "/sessions/{id}/verdict",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    request_body = Verdict,
    responses((status = 200, description = "Recorded", body = Empty)),
    extensions(("x-problems" = json!(["invalid_session", "wrong_state", "conflict"]))))]
pub(super) async fn verdict(
    State(app): State<App>,
    agent: Agent,
    Named(id): Named,
    Json(verdict): Json<Verdict>,
) -> Result<axum::Json<Empty>, Failure> {
    if !verdict.is_consistent() {
        return Err(Failure::Malformed("a tag goes with an acceptance and only with one".to_owned()));
    }
    app.store.verdict(agent.profile.id, id, verdict).await.map_err(Failure::for_agent)?;
    Ok(axum::Json(Empty {}))
}

/// Records that the passcode was revealed.
#[utoipa::path(post,
    path = "/sessions/{id}/revealed",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    request_body = Option<Empty>,
    responses((status = 200, description = "Recorded", body = Empty)),
    extensions(("x-problems" = json!(["invalid_session", "wrong_state"]))))]
pub(super) async fn revealed(
    State(app): State<App>,
    agent: Agent,
    Named(id): Named,
    NoBody: NoBody,
) -> Result<axum::Json<Empty>, Failure> {
    app.store.revealed(agent.profile.id, id).await.map_err(Failure::for_agent)?;
    Ok(axum::Json(Empty {}))
}

/// Gives the session more time.
#[utoipa::path(post,
    path = "/sessions/{id}/extend",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    request_body = Option<Empty>,
    responses((status = 200, description = "When it ends now", body = Extended)),
    extensions(("x-problems" = json!(["invalid_session", "wrong_state"]))))]
pub(super) async fn extend(
    State(app): State<App>,
    agent: Agent,
    Named(id): Named,
    NoBody: NoBody,
) -> Result<axum::Json<Extended>, Failure> {
    let expires_at = app.store.extend_by_agent(agent.profile.id, id).await.map_err(Failure::for_agent)?;
    Ok(axum::Json(Extended { expires_at: rfc3339(expires_at), ttl_ms: left(expires_at, app.clock.now()) }))
}

/// Calls the session off.
#[utoipa::path(delete,
    path = "/sessions/{id}",
    tag = "agent",
    security(("agent" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 204, description = "It is over")),
    extensions(("x-problems" = json!(["invalid_session", "wrong_state"]))))]
pub(super) async fn cancel(
    State(app): State<App>,
    agent: Agent,
    Named(id): Named,
) -> Result<StatusCode, Failure> {
    app.store.cancel(agent.profile.id, id).await.map_err(Failure::for_agent)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Exchanges a one-time enrolment code for an agent's token.
#[utoipa::path(post,
    path = "/enroll",
    tag = "agent",
    request_body = EnrollRequest,
    responses((status = 200, description = "The agent's token", body = Enrolled)),
    extensions(("x-problems" = json!(["invalid_enrollment", "too_many"]))))]
pub(super) async fn enroll(
    State(app): State<App>,
    from: Source,
    Json(request): Json<EnrollRequest>,
) -> Result<axum::Json<Enrolled>, Failure> {
    app.limiter.enrollment(from)?;
    let token = app.directory.redeem(&request.code).await?.ok_or(Failure::InvalidEnrollment)?;
    Ok(axum::Json(Enrolled { token }))
}
