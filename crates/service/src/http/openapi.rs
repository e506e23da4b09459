//! The OpenAPI document: what the handlers say of themselves, and what is so of every call. A handler names the problems that
//! are its own (`x-problems`); which status each has is [`Failure`]'s to say, and those that any call of its shape can meet
//! are added here.

use super::problem::Failure;
use axum::Extension;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use countersign_protocol::wire::Problem;
use std::collections::BTreeMap;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

const DESCRIPTION: &str = "Relays the messages of the Countersign protocol between an agent and a recipient, and learns neither \
    the value nor the passcode. Every error is `application/problem+json`; programs branch on its `code`. Every response has an \
    `X-Request-Id`. A call by a method that is not documented is `method_not_allowed`, 405; a path that is not, `not_found`, 404.";

/// An organization's handle in a path.
pub(super) struct Handle;

impl PartialSchema for Handle {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(2)).max_length(Some(40));
        text.pattern(Some("^[a-z0-9][a-z0-9-]*[a-z0-9]$")).into()
    }
}

impl ToSchema for Handle {}

/// What the document says before any call is in it.
pub(super) fn frame() -> OpenApi {
    let bearer = |of: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(of));
        SecurityScheme::Http(scheme.build())
    };
    let components = ComponentsBuilder::new()
        .security_scheme("agent", bearer("An agent's token, from `enroll`"))
        .security_scheme(
            "recipient",
            bearer("A token that the recipient's page has drawn: 32 random bytes in base64url"),
        )
        .schema(Problem::name(), Problem::schema())
        .schema(Handle::name(), Handle::schema());
    let info = InfoBuilder::new().title("Countersign").version("1").description(Some(DESCRIPTION));
    OpenApiBuilder::new().info(info).components(Some(components.build())).build()
}

/// The whole document as JSON.
pub(super) fn text(mut document: OpenApi) -> String {
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            complete(path, operation);
        }
    }
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as it is served.
#[derive(Clone)]
pub(super) struct Document(Bytes);

impl Document {
    pub(super) fn new(document: OpenApi) -> Self {
        Self(text(document).into())
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub(super) async fn document(Extension(Document(text)): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, .. } = item;
    [get, put, post, delete].into_iter().flatten()
}

/// Adds the problems a call can end in: its own, and those of every call that has a body, an agent, a store behind it.
fn complete(path: &str, operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        settle(body);
    }
    let mut codes = own_problems(operation);
    let mut add = |more: &[&str]| codes.extend(more.iter().map(|code| (*code).to_owned()));
    if operation.request_body.is_some() {
        add(&["malformed", "unsupported_media_type", "too_large"]);
    }
    if serde_json::to_string(&operation.security).is_ok_and(|security| security.contains("\"agent\"")) {
        add(&["unauthorized"]);
    }
    if path.starts_with("/api/v1/") && !path.ends_with("/openapi.json") {
        add(&["unavailable"]);
    }
    let mut by_status = BTreeMap::<u16, Vec<String>>::new();
    for code in codes {
        let status = Failure::status_of(&code).unwrap_or(StatusCode::IM_A_TEAPOT);
        by_status.entry(status.as_u16()).or_default().push(code);
    }
    for (status, mut codes) in by_status {
        codes.sort();
        codes.dedup();
        operation.responses.responses.insert(status.to_string(), RefOr::T(problem(status, codes)));
    }
}

/// A body that may be left out may be left out: it may not be `null`.
fn settle(body: &mut RequestBody) {
    let mut required = Required::True;
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(either))) = &content.schema
            && let Some(message) = either.items.iter().find(|item| matches!(item, RefOr::Ref(_)))
        {
            content.schema = Some(message.clone());
            required = Required::False;
        }
    }
    body.required = Some(required);
}

/// The problems the handler names, off the operation.
fn own_problems(operation: &mut Operation) -> Vec<String> {
    let named = operation.extensions.as_mut().and_then(|extensions| extensions.remove("x-problems"));
    operation.extensions.take_if(|extensions| extensions.is_empty());
    named.and_then(|codes| serde_json::from_value(codes).ok()).unwrap_or_default()
}

fn problem(status: u16, codes: Vec<String>) -> utoipa::openapi::Response {
    let said = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
    let number = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status]));
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    let these = ObjectBuilder::new().property("status", number).property("code", word);
    let schema = AllOfBuilder::new().item(Ref::from_schema_name(Problem::name())).item(these);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new().description(said).content("application/problem+json", content);
    let header = |description: &str, kind: Type| {
        let schema = ObjectBuilder::new().schema_type(kind);
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
    };
    match status {
        401 => response = response.header("WWW-Authenticate", header("`Bearer`", Type::String)),
        429 => response = response.header("Retry-After", header("Seconds to wait", Type::Integer)),
        503 => {
            let seconds = header("Seconds to wait; not with `stopping`", Type::Integer);
            response = response.header("Retry-After", seconds);
        }
        _ => {}
    }
    response.build()
}
