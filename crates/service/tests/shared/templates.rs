//! Shared templates.

use super::Party;
use super::directory::org;
use countersign_protocol::wire::SharedTemplate;
use countersign_service::directory::{DirectoryError, MAX_TEMPLATES};
use serde_json::json;
use tokio::task::JoinSet;

fn template(id: &str, name: &str) -> SharedTemplate {
    let field = json!({ "name": "Order \"number\"", "kind": "code", "hint": "" });
    serde_json::from_value(json!({ "id": id, "name": name, "began": "recipient", "fields": [field] }))
        .unwrap()
}

pub async fn a_template_is_added_once_changed_and_removed(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let order = template("order", "Order");
    party.directory.add_template("acme", order.clone()).await.unwrap();
    party.other.add_template("acme", order.clone()).await.unwrap();
    assert_eq!(party.other.template("acme", "order").await.unwrap(), Some(order.clone()));
    let other = template("order", "Another");
    assert!(matches!(
        party.directory.add_template("acme", other.clone()).await,
        Err(DirectoryError::Exists(_))
    ));
    assert_eq!(party.directory.templates("acme").await.unwrap(), [order]);
    party.directory.change_template("acme", other.clone()).await.unwrap();
    assert_eq!(party.other.templates("acme").await.unwrap(), [other]);
    let missing = template("missing", "x");
    assert!(matches!(
        party.directory.change_template("acme", missing).await,
        Err(DirectoryError::Unknown(_))
    ));
    party.other.remove_template("acme", "order").await.unwrap();
    assert_eq!(party.directory.template("acme", "order").await.unwrap(), None);
    let again = party.directory.remove_template("acme", "order").await;
    assert!(matches!(again, Err(DirectoryError::Unknown(id)) if id == "order"));
}

pub async fn templates_are_their_organizations_and_listed_by_name(party: Party) {
    for handle in ["acme", "bolt"] {
        party.directory.add_org(org(handle)).await.unwrap();
    }
    for (id, name) in [("c", "alpha"), ("a", "Zulu"), ("b", "alpha"), ("d", "Émile")] {
        party.directory.add_template("acme", template(id, name)).await.unwrap();
    }
    party.directory.add_template("bolt", template("a", "Bolt's")).await.unwrap();
    let ids =
        |listed: Vec<SharedTemplate>| listed.into_iter().map(|template| template.id).collect::<Vec<_>>();
    assert_eq!(ids(party.other.templates("acme").await.unwrap()), ["a", "b", "c", "d"]);
    assert_eq!(party.other.templates("bolt").await.unwrap(), [template("a", "Bolt's")]);
    party.directory.remove_template("bolt", "a").await.unwrap();
    assert!(party.directory.template("acme", "a").await.unwrap().is_some());
    let nowhere = party.directory.add_template("nobody", template("a", "x")).await;
    assert!(matches!(nowhere, Err(DirectoryError::Unknown(org)) if org == "nobody"));
}

pub async fn there_are_so_many_templates_and_no_more_however_many_add_at_once(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    for place in 0..MAX_TEMPLATES - 2 {
        party.directory.add_template("acme", template(&format!("t{place}"), "x")).await.unwrap();
    }
    let mut adding = JoinSet::new();
    for place in 0..8 {
        let directory = if place % 2 == 0 { party.directory.clone() } else { party.other.clone() };
        adding.spawn(
            async move { directory.add_template("acme", template(&format!("late{place}"), "x")).await },
        );
    }
    let results = adding.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
    assert!(
        results.iter().all(|result| matches!(result, Ok(()) | Err(DirectoryError::TooMany))),
        "{results:?}"
    );
    assert_eq!(party.directory.templates("acme").await.unwrap().len(), MAX_TEMPLATES as usize);
    // What is there already is no other.
    party.directory.add_template("acme", template("t0", "x")).await.unwrap();
}
