//! The recipient's page: the same bytes for every handle and session, existing or not.

use super::App;
use super::problem::Failure;
use crate::page::File;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// A hashed file's name changes with its bytes.
const FOREVER: &str = "public, max-age=31536000, immutable";

pub(super) async fn document(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    app.page.document().map(|file| send(file, &headers)).ok_or(Failure::NotFound)
}

pub(super) async fn asset(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let file = app.page.asset(&name).ok_or(Failure::NotFound)?;
    let mut response = send(file, &headers);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    Ok(response)
}

fn send(file: &File, headers: &HeaderMap) -> Response {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes_brotli =
        accepted.split(',').any(|one| one.split(';').next().is_some_and(|name| name.trim() == "br"));
    let kind = [(header::CONTENT_TYPE, file.media_type), (header::VARY, "accept-encoding")];
    match &file.brotli {
        Some(brotli) if takes_brotli => {
            (kind, [(header::CONTENT_ENCODING, "br")], brotli.clone()).into_response()
        }
        _ => (kind, file.bytes.clone()).into_response(),
    }
}
