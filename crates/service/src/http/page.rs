//! The recipient's page: the same bytes for every organization and session, existing or not.

use super::App;
use super::caller::Segment;
use super::problem::Failure;
use crate::directory::is_handle;
use crate::page::File;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// A hashed file's name changes with its bytes.
pub(super) const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// `GET /{handle}`
pub(super) async fn profile(
    State(app): State<App>,
    Segment(handle): Segment,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    of_organization(&app, handle, &headers)
}

/// `GET /{handle}/{session_id}`
pub(super) async fn session(
    State(app): State<App>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    of_organization(&app, path.ok().map(|Path((handle, _))| handle), &headers)
}

/// Everything that is nothing of ours.
pub(super) async fn elsewhere(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    match method {
        Method::GET | Method::HEAD => of_nothing(&app, &headers),
        _ => Err(Failure::NotFound),
    }
}

/// What could be an organization's gets the page; only paths of ours, or those browsers ask for by themselves, do not. A capital is a
/// keyboard's doing.
fn of_organization(app: &App, handle: Option<String>, headers: &HeaderMap) -> Result<Response, Failure> {
    if handle.is_some_and(|handle| is_handle(&handle.to_ascii_lowercase())) {
        return document(app, headers).ok_or(Failure::NotFound);
    }
    of_nothing(app, headers)
}

/// Who has typed the host alone, or half a link, reads a page that says what to do; a program gets an error that it can read.
fn of_nothing(app: &App, headers: &HeaderMap) -> Result<Response, Failure> {
    let mut response = document(app, headers).filter(|_| is_read(headers)).ok_or(Failure::NotFound)?;
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

/// The document; none if the service has no page.
fn document(app: &App, headers: &HeaderMap) -> Option<Response> {
    let mut response = send(app.page.document()?, headers);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, app.page.policy());
    Some(response)
}

/// Whether somebody is to read the answer: a browser that opens an address says so, one that looks for an icon does not.
fn is_read(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html")))
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
    fn who_opens_an_address_reads_the_answer() {
        let read = |value: &str| is_read(&HeaderMap::from_iter([(header::ACCEPT, value.parse().unwrap())]));
        assert!(read("text/html,application/xhtml+xml,*/*;q=0.8") && read("image/png, Text/HTML;q=0.5"));
        assert!(
            !read("*/*")
                && !read("image/avif,image/*;q=0.8")
                && !read("application/json")
                && !read("text/html5")
        );
        assert!(!is_read(&HeaderMap::new()));
    }

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
