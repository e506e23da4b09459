//! Shared templates: every agent's to read, supervisors' to write, and no other organization's business.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::service::{Draft, Service, problem, read};
use countersign_protocol::wire::{Created, Role, SharedTemplate, SharedTemplates};
use countersign_service::directory::MAX_TEMPLATES;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

const ALL: &str = "/api/v1/templates";

fn template(id: &str, name: &str) -> Value {
    let field = json!({ "name": "Order number", "kind": "code", "hint": "In your confirmation" });
    json!({ "id": id, "name": name, "began": "recipient", "fields": [field] })
}

/// A template without its id.
fn content(name: &str) -> Value {
    let mut content = template("", name);
    content.as_object_mut().unwrap().remove("id");
    content
}

async fn supervisor(service: &Service, org: &str) -> String {
    let id = service.directory.add_agent(org, "Sam", Role::Supervisor).await.unwrap();
    service.directory.issue_token(&id).await.unwrap()
}

async fn call(service: &Service, method: Method, path: &str, token: &str, body: &Value) -> Response {
    service.request(method, path).bearer_auth(token).json(body).send().await.unwrap()
}

async fn names(service: &Service, token: &str) -> Vec<String> {
    let all: SharedTemplates = read(service.get_as(ALL, token).await, StatusCode::OK).await;
    all.templates.into_iter().map(|template| template.name).collect()
}

#[tokio::test]
async fn supervisors_write_what_every_agent_of_theirs_reads() {
    let service = Service::start().await;
    let (sam, dana, finn) = (supervisor(&service, "acme").await, &service.dana.token, &service.finn.token);
    assert_eq!(names(&service, dana).await, [""; 0]);
    let (order, parcel) = (template("order", "Order"), template("parcel", "A parcel"));
    // The same again is the same; another under its id is refused.
    for _ in 0..2 {
        let added = call(&service, Method::POST, ALL, &sam, &order).await;
        assert_eq!(read::<Value>(added, StatusCode::CREATED).await, order);
    }
    problem(call(&service, Method::POST, ALL, &sam, &template("order", "X")).await, 409, "conflict").await;
    read::<Value>(call(&service, Method::POST, ALL, &sam, &parcel).await, StatusCode::CREATED).await;
    assert_eq!(names(&service, dana).await, ["A parcel", "Order"]);
    let one = format!("{ALL}/order");
    assert_eq!(read::<Value>(service.get_as(&one, dana).await, StatusCode::OK).await, order);
    // Another organization has none of it, and the id is free there.
    assert_eq!(names(&service, finn).await, [""; 0]);
    problem(service.get_as(&one, finn).await, 404, "unknown_template").await;
    let theirs = supervisor(&service, "bolt").await;
    problem(call(&service, Method::DELETE, &one, &theirs, &json!({})).await, 404, "unknown_template").await;
    let other = call(&service, Method::POST, ALL, &theirs, &template("order", "Theirs")).await;
    read::<Value>(other, StatusCode::CREATED).await;

    let changed = call(&service, Method::PUT, &one, &sam, &content("Zebra")).await;
    assert_eq!(read::<Value>(changed, StatusCode::OK).await, template("order", "Zebra"));
    assert_eq!(names(&service, dana).await, ["A parcel", "Zebra"]);
    assert_eq!(names(&service, finn).await, ["Theirs"]);
    let gone = call(&service, Method::DELETE, &one, &sam, &json!({})).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    problem(call(&service, Method::DELETE, &one, &sam, &json!({})).await, 404, "unknown_template").await;
    problem(call(&service, Method::PUT, &one, &sam, &content("x")).await, 404, "unknown_template").await;
    problem(service.get_as(&one, dana).await, 404, "unknown_template").await;
    assert_eq!(names(&service, dana).await, ["A parcel"]);
}

/// Built-in, shared and own ones, and whatever another client names so; never a text, which the audit would keep.
#[tokio::test]
async fn a_session_may_name_the_template_it_was_made_from_and_nothing_else_there() {
    let service = Service::start().await;
    let from = async |id: &str| {
        let mut draft = Draft::new(&service.origin);
        draft.request.template_id = Some(id.to_owned());
        service.post("/api/v1/sessions", &service.dana.token, &draft.request).await
    };
    let own = format!("own-{}", common::request(30).session_id);
    for id in ["parcel", "birth-postcode", "-1", "", "Order_7", &own, &"a".repeat(40)] {
        read::<Created>(from(id).await, StatusCode::CREATED).await;
    }
    for id in
        ["=1+1", "a;=1", "a b", "a\tb", "a,b", "é", "a\0", "a.b", " ", &"a".repeat(41), &"a".repeat(9000)]
    {
        let refused = problem(from(id).await, 400, "malformed").await;
        assert!(refused.detail.as_deref().unwrap().starts_with("template_id has at most 40 "), "{refused:?}");
    }
}

#[tokio::test]
async fn agents_and_strangers_write_nothing() {
    let service = Service::start().await;
    let sam = supervisor(&service, "acme").await;
    let order = template("order", "Order");
    read::<Value>(call(&service, Method::POST, ALL, &sam, &order).await, StatusCode::CREATED).await;
    let one = format!("{ALL}/order");
    let writes = [
        (Method::POST, ALL, template("new", "New")),
        (Method::PUT, one.as_str(), content("New")),
        (Method::DELETE, one.as_str(), json!({})),
    ];
    for (method, path, body) in writes {
        let refused = call(&service, method.clone(), path, &service.dana.token, &body).await;
        problem(refused, 403, "forbidden").await;
        problem(call(&service, method, path, "nobody", &body).await, 401, "unauthorized").await;
    }
    problem(service.get(ALL).await, 401, "unauthorized").await;
    problem(service.get(&one).await, 401, "unauthorized").await;
    assert_eq!(names(&service, &sam).await, ["Order"]);
}

#[tokio::test]
async fn a_template_is_what_a_session_could_ask_for() {
    let service = Service::start().await;
    let sam = supervisor(&service, "acme").await;
    let long = "x".repeat(121);
    let with = |member: &str, value: Value| {
        let mut changed = template("order", "Order");
        changed[member] = value;
        changed
    };
    let field = |name: &str, kind: &str, hint: &str| json!({ "name": name, "kind": kind, "hint": hint });
    let fields = |count: usize| json!(vec![field("Name", "text", ""); count]);
    let mut refused = vec![
        with("id", json!("")),
        with("id", json!("Order")),
        with("id", json!("a b")),
        with("id", json!(long[..41])),
        with("name", json!(" ")),
        with("name", json!("a\nb")),
        with("name", json!(long[..61])),
        with("began", json!("nobody")),
        with("began", json!({ "recipient": null })),
        with("fields", fields(0)),
        with("fields", fields(4)),
        with("fields", json!([field("", "text", "")])),
        with("fields", json!([field("a", "password", "")])),
        with("fields", json!([field("a", "text", &long)])),
        with("fields", json!([["a", "text", ""]])),
        with("value", json!("x")),
        content("Order"),
    ];
    for body in &refused {
        let answer = call(&service, Method::POST, ALL, &sam, body).await;
        assert_eq!(answer.status(), 400, "{body}");
        problem(answer, 400, "malformed").await;
    }
    let good = template("order", "Order");
    read::<Value>(call(&service, Method::POST, ALL, &sam, &good).await, StatusCode::CREATED).await;
    refused.retain(|body| body["id"] == "order");
    for mut body in refused {
        body.as_object_mut().unwrap().remove("id");
        let answer = call(&service, Method::PUT, &format!("{ALL}/order"), &sam, &body).await;
        problem(answer, 400, "malformed").await;
    }
    let kept: Value = read(service.get_as(&format!("{ALL}/order"), &sam).await, StatusCode::OK).await;
    assert_eq!(kept, good);
    let long = with("id", json!(long[..40]));
    read::<Value>(call(&service, Method::POST, ALL, &sam, &long).await, StatusCode::CREATED).await;
    // There is an end to them, and what is there is still answered.
    for place in 2..MAX_TEMPLATES {
        let template: SharedTemplate = serde_json::from_value(template(&format!("t{place}"), "T")).unwrap();
        service.directory.add_template("acme", template).await.unwrap();
    }
    let more = call(&service, Method::POST, ALL, &sam, &template("more", "More")).await;
    problem(more, 409, "too_many_templates").await;
    read::<Value>(call(&service, Method::POST, ALL, &sam, &good).await, StatusCode::CREATED).await;
}
