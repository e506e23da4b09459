//! What a session may ask for, and where there is nothing to be asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::service::{Draft, Service, nothing, page_path, problem, read};
use countersign_protocol::wire::Created;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const LARGEST: usize = 16 * 1024;

/// A request for a session with one member changed.
fn with(request: &Value, member: &str, value: Value) -> Value {
    let mut request = request.clone();
    request[member] = value;
    request
}

#[tokio::test]
async fn a_session_out_of_bounds_is_not_created() {
    let service = Service::start().await;
    let draft = Draft::new(&service.origin);
    let good = json!(draft.request);
    let field = |name: &str, kind: &str, hint: &str| json!({ "name": name, "kind": kind, "hint": hint });
    let fields = |count: usize| json!(vec![field("Name", "text", ""); count]);
    let mut refused = Vec::new();
    for ttl in
        [json!(0), json!(29), json!(901), json!(-30), json!(60.5), json!("60"), json!(4_294_967_356_u64)]
    {
        refused.push((with(&good, "ttl_secs", ttl), 400, "malformed"));
    }
    for digits in [0, 3, 9] {
        refused.push((with(&good, "passcode_digits", json!(digits)), 400, "malformed"));
    }
    // As many digits as can be, but not as the organization has them.
    for digits in [4, 8] {
        refused.push((with(&good, "passcode_digits", json!(digits)), 400, "out_of_policy"));
    }
    for count in [0, 4, 100] {
        refused.push((with(&good, "fields", fields(count)), 400, "malformed"));
    }
    let long = "x".repeat(121);
    for name in ["", "  ", "a\u{0}", "a\nb", "a\tb", "a\u{7f}", "a\u{85}", &long[..61]] {
        refused.push((with(&good, "fields", json!([field(name, "text", "")])), 400, "malformed"));
    }
    for hint in ["a\nb", &long] {
        refused.push((with(&good, "fields", json!([field("Name", "text", hint)])), 400, "malformed"));
    }
    for kind in ["", "Phone", "password"] {
        refused.push((with(&good, "fields", json!([field("Name", kind, "")])), 400, "malformed"));
    }
    let mut surprising = field("Name", "text", "");
    surprising["value"] = json!("secret");
    refused.push((with(&good, "fields", json!([surprising])), 400, "malformed"));
    // An object is an object and a word a word, however deep.
    for other in [json!([["Name", "text", ""]]), json!([{ "name": "Name", "kind": { "text": null } }])] {
        refused.push((with(&good, "fields", other), 400, "malformed"));
    }
    refused.push((with(&good, "compare", json!({ "shown": null })), 400, "malformed"));
    for member in ["agent_name", "subject", "org_name"] {
        for text in ["a\u{0}b", "a\r\n", "\u{9b}", &long] {
            refused.push((with(&good, member, json!(text)), 400, "malformed"));
        }
    }
    for (member, value) in [("org_name", "acme"), ("org_name", "Acme "), ("org_name", ""), ("region", "DE")] {
        refused.push((with(&good, member, json!(value)), 409, "profile_changed"));
    }
    for (request, status, code) in refused {
        let response = service.post("/api/v1/sessions", &service.dana.token, &request).await;
        assert_eq!(response.status(), status, "{request}");
        problem(response, status, code).await;
    }
    // Nothing is there under the id, and it can still be used, at the bounds too.
    let page = page_path("acme", &draft.request.session_id.to_string(), "open");
    let token = service.session().await.token;
    problem(service.post(&page, &token, &nothing()).await, 404, "invalid_session").await;
    for (member, value) in [
        ("ttl_secs", json!(30)),
        ("ttl_secs", json!(900)),
        ("fields", fields(3)),
        ("subject", json!(long[..120])),
        ("fields", json!([field(&long[..60], "text", &long[..120])])),
    ] {
        let request = with(&json!(Draft::new(&service.origin).request), member, value);
        let response = service.post("/api/v1/sessions", &service.dana.token, &request).await;
        read::<Created>(response, StatusCode::CREATED).await;
    }
    // A body of 16 KiB to the byte, spaces included.
    let mut largest = good.to_string().into_bytes();
    largest.resize(LARGEST, b' ');
    let created = service.post_raw("/api/v1/sessions", &service.dana.token, largest).await;
    let session = draft.placed(read(created, StatusCode::CREATED).await);
    service.complete(session).await;
}

#[tokio::test]
async fn there_is_nothing_by_other_paths_and_methods() {
    let service = Service::start().await;
    let session = service.session().await;
    let (dana, token) = (service.dana.token.as_str(), session.token.as_str());
    let all = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];
    let known = [
        ("/api/v1/me".to_owned(), dana, vec![Method::GET]),
        ("/api/v1/events".to_owned(), dana, vec![Method::GET]),
        ("/api/v1/sessions".to_owned(), dana, vec![Method::POST]),
        ("/api/v1/templates".to_owned(), dana, vec![Method::GET, Method::POST]),
        ("/api/v1/templates/x".to_owned(), dana, vec![Method::GET, Method::PUT, Method::DELETE]),
        ("/api/v1/audit".to_owned(), dana, vec![Method::GET]),
        (format!("/api/v1/sessions/{}", session.id), dana, vec![Method::DELETE]),
        (session.of_agent("verdict"), dana, vec![Method::POST]),
        (session.of_agent("revealed"), dana, vec![Method::POST]),
        (session.of_agent("extend"), dana, vec![Method::POST]),
        ("/api/v1/enroll".to_owned(), dana, vec![Method::POST]),
        ("/api/v1/orgs/acme".to_owned(), token, vec![Method::GET]),
        (format!("/api/v1/orgs/acme/numbers/{}", session.created.number), token, vec![Method::POST]),
        (session.of_page("open"), token, vec![Method::POST]),
        (session.of_page("answer"), token, vec![Method::POST]),
        (session.of_page("verdict"), token, vec![Method::GET]),
        (session.of_page("viewed"), token, vec![Method::POST]),
        (session.of_page("outcome"), token, vec![Method::POST]),
        (session.of_page("extend"), token, vec![Method::POST]),
        ("/healthz".to_owned(), "", vec![Method::GET]),
        ("/readyz".to_owned(), "", vec![Method::GET]),
        ("/acme".to_owned(), "", vec![Method::GET]),
        ("/Acme".to_owned(), "", vec![Method::GET]),
        (format!("/acme/{}", session.id), "", vec![Method::GET]),
        (format!("/acme/{}/", session.id), "", vec![Method::GET]),
    ];
    for (path, token, methods) in known {
        for method in all.iter().filter(|method| !methods.contains(method)) {
            let response = service
                .request(method.clone(), &path)
                .bearer_auth(token)
                .json(&nothing())
                .send()
                .await
                .unwrap();
            let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
            assert_eq!(response.status(), 405, "{method} {path}");
            problem(response, 405, "method_not_allowed").await;
            let allow = allow.unwrap_or_default();
            assert!(methods.iter().all(|method| allow.contains(method.as_str())), "{method} {path}: {allow}");
        }
    }
    let unknown = [
        ("/api".to_owned(), 404),
        ("/api/v1".to_owned(), 404),
        ("/api/v2/me".to_owned(), 404),
        ("/api/v1/me/".to_owned(), 404),
        ("/api/v1/sessions/".to_owned(), 404),
        (format!("/api/v1/sessions/{}/passcode", session.id), 404),
        (session.of_page("reveal"), 404),
        (session.of_page("open/"), 404),
        (format!("/acme/{}/x", session.id), 404),
        // They could be an organization's by their form; that page can be read and nothing else.
        ("/api/".to_owned(), 405),
        ("/a".to_owned(), 405),
        ("/metrics".to_owned(), 405),
        ("/.well-known/x".to_owned(), 405),
    ];
    for (path, posted) in unknown {
        let get = service.request(Method::GET, &path).bearer_auth(dana).send().await.unwrap();
        problem(get, 404, "not_found").await;
        let code = if posted == 404 { "not_found" } else { "method_not_allowed" };
        problem(service.post(&path, dana, &nothing()).await, posted, code).await;
    }
    service.complete(session).await;
}
