//! What the program lists, for people and for scripts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::program::{ask, refused, run, tell};
use serde_json::{Value, json};

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn lists_are_lines_or_objects() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR", "--channel", "+33 1"]);
    ask(data, &["agent", "add", "--org", "acme", "--name", "Dana \"D\"", "--token"]);
    let orgs = objects(&ask(data, &["org", "list", "--json"]));
    assert_eq!(orgs, [json!({ "handle": "acme", "name": "Acme", "country": "FR", "channels": ["+33 1"] })]);
    let agents = objects(&ask(data, &["--json", "agent", "list", "--org", "acme"]));
    let id = agents[0]["id"].as_str().unwrap();
    let expected = json!({ "id": id, "state": "enrolled", "role": "agent", "name": "Dana \"D\"" });
    assert_eq!(agents, [expected]);
}

#[test]
fn templates_are_put_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let field = json!({ "name": "Order number", "kind": "code", "hint": "" });
    let mut order = json!({ "id": "order", "name": "Order", "began": "recipient", "fields": [field] });
    let put = ["template", "put", "--org", "acme"];
    for name in ["Order", "An order"] {
        order["name"] = json!(name);
        let ran = tell(data, &put, &order.to_string());
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    }
    let list = ["template", "list", "--org", "acme"];
    assert_eq!(ask(data, &list), "order\tAn order\tOrder number\n");
    assert_eq!(objects(&ask(data, &[&list[..], &["--json"]].concat())), [order.clone()]);
    order["fields"] = json!([]);
    for (input, words) in [("{}", "this is not a template"), (&order.to_string(), "one to three fields")] {
        let ran = tell(data, &put, input);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert_eq!(ask(data, &["template", "remove", "--org", "acme", "order"]), "");
    refused(data, &["template", "remove", "--org", "acme", "order"], "order does not exist");
    assert_eq!(ask(data, &list), "");
}

/// A list of nothing would look like an organization that has none.
#[test]
fn an_organization_that_does_not_exist_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    for command in [
        &["agent", "list"][..],
        &["template", "list"],
        &["domain", "list"],
        &["domain", "verify"],
        &["audit", "list"],
        &["audit", "export"],
        &["audit", "export", "--format", "json"],
        &["export"],
    ] {
        refused(data, &[command, &["--org", "acmee"]].concat(), ": acmee does not exist");
        let ran = run(data, &[command, &["--org", "acme"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command:?}");
    }
}
