//! The OpenAPI document says what the router does: the same calls, by the same methods, and the committed copy is this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::service::Service;
use reqwest::Method;
use reqwest::header::ALLOW;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn document() -> Value {
    serde_json::from_str(&countersign_service::openapi()).unwrap()
}

/// Run with `UPDATE_OPENAPI=1` to write it anew.
#[test]
fn the_committed_document_is_the_generated_one() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&committed, countersign_service::openapi()).unwrap();
    }
    let kept = std::fs::read_to_string(committed).unwrap();
    assert_eq!(kept, countersign_service::openapi(), "UPDATE_OPENAPI=1 writes docs/openapi.json anew");
}

#[test]
fn every_reference_leads_somewhere_and_every_problem_has_a_status() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut found = 0;
    walk(&document, &mut |reference| {
        found += 1;
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    });
    assert!(found > 50);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            // A code that no failure has got this status.
            assert!(!responses.contains_key("418"), "{method} {path}");
            assert!(operation.get("x-problems").is_none(), "{method} {path}");
            for busy in ["429", "503"].iter().filter_map(|status| responses.get(*status)) {
                assert!(busy.pointer("/headers/Retry-After").is_some(), "{method} {path}");
            }
        }
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                visit(reference);
            }
            members.values().for_each(|member| walk(member, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

/// Each documented path answers by the documented methods and by no other, says the router itself; and what is routed under
/// `/api/v1` is routed by the line that documents it.
#[tokio::test]
async fn router_and_document_name_the_same_calls() {
    let service = Service::start().await;
    let served = service.get("/api/v1/openapi.json").await;
    assert_eq!(served.headers()["content-type"], "application/json");
    assert_eq!(served.text().await.unwrap(), countersign_service::openapi());
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        let concrete = path.replace("{handle}", "acme").replace("{number}", "000000");
        let concrete = concrete.replace("{id}", "00000000000000000000000000").replace("{name}", "x");
        assert!(!concrete.contains('{'), "{path}");
        let refused = service.request(Method::TRACE, &concrete).send().await.unwrap();
        assert_eq!(refused.status(), 405, "{path}");
        let allowed = refused.headers()[ALLOW].to_str().unwrap().to_ascii_lowercase();
        // A GET is a HEAD too.
        let allowed: BTreeSet<_> = allowed.split(',').filter(|method| *method != "head").collect();
        let documented: BTreeSet<_> = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(allowed, documented, "{path}");
    }
    let routes = include_str!("../src/http/mod.rs");
    let api = &routes[routes.find("fn api()").unwrap()..];
    let api = &api[..api.find("\n}").unwrap()];
    assert!(api.contains(".routes(routes!(") && !api.contains(".route("), "a call that is not documented");
    assert_eq!(routes.matches("\"/api/v1").count(), 1, "a call that is not documented");
}
