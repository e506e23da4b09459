//! The recipient's page: the same bytes for every organization and session, existing or not.

use super::App;
use super::caller::Segment;
use super::problem::Failure;
use crate::directory::is_handle;
use crate::page::File;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// A hashed file's name changes with its bytes.
pub(super) const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// `GET /{handle}`
pub(super) async fn profile(
    State(app): State<App>,
    Segment(handle): Segment,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    document(&app, handle, &headers)
}

/// `GET /{handle}/{session_id}`
pub(super) async fn session(
    State(app): State<App>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    document(&app, path.ok().map(|Path((handle, _))| handle), &headers)
}

/// What could be an organization's gets the page; only paths of ours, or those browsers ask for by themselves, do not.
fn document(app: &App, handle: Option<String>, headers: &HeaderMap) -> Result<Response, Failure> {
    let file = app.page.document().filter(|_| handle.is_some_and(|handle| is_handle(&handle)));
    let mut response = file.map(|file| send(file, headers)).ok_or(Failure::NotFound)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, app.page.policy());
    Ok(response)
}

/// `GET /assets/{name}`
pub(super) async fn asset(
    State(app): State<App>,
    Segment(name): Segment,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let file = name.and_then(|name| app.page.asset(&name)).ok_or(Failure::NotFound)?;
    let mut response = send(file, &headers);
    response.headers_mut().insert(header::CACHE_CONTROL, FOREVER);
    Ok(response)
}

/// `GET /static/{digest}.png`: an organization's logo, named by its bytes. Opened by itself it is a picture and nothing else.
pub(super) async fn logo(State(app): State<App>, Segment(name): Segment) -> Result<Response, Failure> {
    let digest = name.as_deref().and_then(|name| name.strip_suffix(".png")).ok_or(Failure::NotFound)?;
    let png = app.directory.logo(digest).await?.ok_or(Failure::NotFound)?;
    let kind =
        [(header::CONTENT_TYPE, HeaderValue::from_static("image/png")), (header::CACHE_CONTROL, FOREVER)];
    Ok((kind, png).into_response())
}

fn send(file: &File, headers: &HeaderMap) -> Response {
    let kind = [(header::CONTENT_TYPE, file.media_type()), (header::VARY, "accept-encoding")];
    match file.brotli() {
        Some(brotli) if takes_brotli(headers) => {
            (kind, [(header::CONTENT_ENCODING, "br")], brotli).into_response()
        }
        _ => (kind, file.bytes()).into_response(),
    }
}

/// Whether `Accept-Encoding` names brotli and does not forbid it (`br;q=0`).
fn takes_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let forbidden = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("br") && !forbidden
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_for_those_who_take_it() {
        let takes = |value: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
            takes_brotli(&headers)
        };
        assert!(takes("gzip, deflate, br") && takes("BR;q=0.5"));
        assert!(
            !takes("gzip")
                && !takes("br;q=0")
                && !takes("br;q=0.0, gzip")
                && !takes_brotli(&HeaderMap::new())
        );
    }
}
