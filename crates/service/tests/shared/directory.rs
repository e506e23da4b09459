//! Organizations, agents, enrolment, revocation.

use super::Party;
use countersign_protocol::wire::{OrgProfile, Role};
use countersign_service::directory::{DirectoryError, ENROLLMENT_MS, OrgEdit};
use tokio::task::JoinSet;

pub fn org(handle: &str) -> OrgProfile {
    OrgProfile {
        handle: handle.to_owned(),
        name: "Acme \"Énergie\" 株式会社".to_owned(),
        country: "FR".parse().unwrap(),
        description: "Energy".to_owned(),
        website: String::new(),
        logo_url: None,
        domains: Vec::new(),
        channels: vec!["+33 1 23 45 67 89".to_owned(), "a, \"b\"".to_owned()],
        numbers: true,
        practice: false,
    }
}

async fn furnished(party: &Party) -> String {
    party.directory.add_org(org("acme")).await.unwrap();
    party.directory.add_agent("acme", "Dana", Role::Agent).await.unwrap()
}

pub async fn an_organization_is_added_once_and_read_as_it_was(party: Party) {
    assert_eq!(party.directory.org("acme").await.unwrap(), None);
    party.directory.add_org(org("acme")).await.unwrap();
    party.directory.add_org(OrgProfile { practice: true, ..org("demo") }).await.unwrap();
    assert_eq!(party.other.org("acme").await.unwrap(), Some(org("acme")));
    assert!(party.other.org("demo").await.unwrap().unwrap().practice);
    for again in [org("acme"), OrgProfile { name: "Other".into(), ..org("acme") }] {
        assert!(
            matches!(party.other.add_org(again).await, Err(DirectoryError::Exists(handle)) if handle == "acme")
        );
    }
    assert_eq!(party.directory.org("acme").await.unwrap(), Some(org("acme")));
    for handle in ["api", "A", "a/b", ""] {
        assert!(
            matches!(party.directory.add_org(org(handle)).await, Err(DirectoryError::Handle)),
            "{handle}"
        );
    }
    let nameless = OrgProfile { name: " ".into(), ..org("bolt") };
    assert!(matches!(party.directory.add_org(nameless).await, Err(DirectoryError::Name)));
    let plain = OrgProfile { website: "http://bolt.example".into(), ..org("bolt") };
    assert!(matches!(party.directory.add_org(plain).await, Err(DirectoryError::Website)));
    assert_eq!(party.directory.orgs().await.unwrap().len(), 2);
}

pub async fn editing_changes_what_is_given_and_nothing_else(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    party.directory.add_org(org("bolt")).await.unwrap();
    let edit = OrgEdit { name: Some("Acme SA".into()), ..OrgEdit::default() };
    party.directory.edit_org("acme", edit.clone()).await.unwrap();
    let edited = OrgProfile { name: "Acme SA".into(), ..org("acme") };
    assert_eq!(party.other.org("acme").await.unwrap().unwrap(), edited);
    let edit_rest = OrgEdit {
        country: Some("DE".parse().unwrap()),
        description: Some(String::new()),
        website: Some("https://acme.example".into()),
        channels: Some(Vec::new()),
        ..OrgEdit::default()
    };
    party.other.edit_org("acme", edit_rest).await.unwrap();
    let edited = OrgProfile {
        country: "DE".parse().unwrap(),
        description: String::new(),
        website: "https://acme.example".into(),
        channels: Vec::new(),
        ..edited
    };
    assert_eq!(party.directory.org("acme").await.unwrap().unwrap(), edited);
    party.directory.edit_org("acme", OrgEdit::default()).await.unwrap();
    assert_eq!(party.directory.org("acme").await.unwrap().unwrap(), edited);
    assert_eq!(party.directory.org("bolt").await.unwrap().unwrap(), org("bolt"));
    assert!(matches!(party.directory.edit_org("nobody", edit).await, Err(DirectoryError::Unknown(_))));
    let refused = OrgEdit { name: Some("a\u{7}".into()), ..OrgEdit::default() };
    assert!(matches!(party.directory.edit_org("acme", refused).await, Err(DirectoryError::Name)));
}

/// By their bytes, whatever language the database's server speaks.
pub async fn organizations_and_agents_are_listed_in_one_order(party: Party) {
    for handle in ["b-1", "a1", "ab", "a-b", "42", "b1"] {
        party.directory.add_org(org(handle)).await.unwrap();
    }
    let handles: Vec<_> = party.other.orgs().await.unwrap().into_iter().map(|org| org.handle).collect();
    assert_eq!(handles, ["42", "a-b", "a1", "ab", "b-1", "b1"]);
    for name in ["dana", "Zoë", "Dana", "Émile", "dana"] {
        party.directory.add_agent("ab", name, Role::Agent).await.unwrap();
    }
    party.directory.add_agent("b1", "Aaron", Role::Supervisor).await.unwrap();
    let agents = party.other.agents("ab").await.unwrap();
    let names: Vec<_> = agents.iter().map(|listed| listed.agent.profile.name.as_str()).collect();
    assert_eq!(names, ["Dana", "Zoë", "dana", "dana", "Émile"]);
    assert!(agents[2].agent.profile.id < agents[3].agent.profile.id);
    let [aaron] = &party.other.agents("b1").await.unwrap()[..] else { panic!() };
    assert_eq!((aaron.agent.role, aaron.agent.org.as_str()), (Role::Supervisor, "b1"));
    assert!(party.directory.agents("nobody").await.unwrap().is_empty());
}

pub async fn a_code_is_good_for_one_token_and_a_revoked_agents_for_none(party: Party) {
    let agent = furnished(&party).await;
    let listed = || async { party.directory.agents("acme").await.unwrap().remove(0) };
    assert!(!listed().await.enrolled);
    let code = party.directory.issue_code(&agent).await.unwrap();
    assert!(!listed().await.enrolled);
    let token = party.other.redeem(&code).await.unwrap().unwrap();
    assert!(listed().await.enrolled);
    assert_eq!(party.directory.redeem(&code).await.unwrap(), None);
    let dana = party.directory.agent_of(&token).await.unwrap().unwrap();
    assert_eq!(
        (dana.profile.name.as_str(), dana.profile.id.as_str(), dana.org.as_str()),
        ("Dana", &*agent, "acme")
    );
    let unused = party.directory.issue_code(&agent).await.unwrap();
    party.directory.revoke(&agent).await.unwrap();
    assert!(party.other.agent_of(&token).await.unwrap().is_none());
    assert_eq!(party.directory.redeem(&unused).await.unwrap(), None);
    let listed = listed().await;
    assert!(listed.revoked && !listed.enrolled);
    assert!(matches!(party.directory.revoke(&agent).await, Err(DirectoryError::Unknown(_))));
    for agent in [agent.as_str(), "nobody"] {
        assert!(matches!(party.directory.issue_code(agent).await, Err(DirectoryError::Unknown(_))));
        assert!(matches!(party.directory.issue_token(agent).await, Err(DirectoryError::Unknown(_))));
    }
}

pub async fn a_code_is_good_for_a_quarter_of_an_hour(party: Party) {
    let agent = furnished(&party).await;
    let late = party.directory.issue_code(&agent).await.unwrap();
    party.clock.advance(ENROLLMENT_MS);
    assert_eq!(party.directory.redeem(&late).await.unwrap(), None);
    let kept = party.directory.issue_code(&agent).await.unwrap();
    party.clock.advance(ENROLLMENT_MS - 1);
    assert!(party.directory.redeem(&kept).await.unwrap().is_some());
}

/// A link that was lost is invited again, also where the agent had enrolled: on a new machine. The old token is good until then.
pub async fn an_agent_who_is_invited_again_has_one_code(party: Party) {
    let agent = furnished(&party).await;
    let eli = party.directory.add_agent("acme", "Eli", Role::Agent).await.unwrap();
    let (lost, elis) =
        (party.directory.issue_code(&agent).await.unwrap(), party.directory.issue_code(&eli).await.unwrap());
    let found = party.other.issue_code(&agent).await.unwrap();
    assert_eq!(party.directory.redeem(&lost).await.unwrap(), None);
    let first = party.directory.redeem(&found).await.unwrap().unwrap();
    assert!(party.directory.redeem(&elis).await.unwrap().is_some(), "another's is as good as before");
    let again = party.directory.issue_code(&agent).await.unwrap();
    assert!(party.directory.agent_of(&first).await.unwrap().is_some());
    let second = party.directory.redeem(&again).await.unwrap().unwrap();
    assert!(party.directory.agent_of(&first).await.unwrap().is_none());
    assert_eq!(party.directory.agent_of(&second).await.unwrap().unwrap().profile.id, agent);
}

pub async fn a_code_that_many_redeem_at_once_gives_one_token(party: Party) {
    let agent = furnished(&party).await;
    for _ in 0..10 {
        let code = party.directory.issue_code(&agent).await.unwrap();
        let mut redeeming = JoinSet::new();
        for place in 0..8 {
            let directory = if place % 2 == 0 { party.directory.clone() } else { party.other.clone() };
            let code = code.clone();
            redeeming.spawn(async move { directory.redeem(&code).await.unwrap() });
        }
        let tokens: Vec<_> = redeeming.join_all().await.into_iter().flatten().collect();
        let [token] = &tokens[..] else { panic!("{} tokens", tokens.len()) };
        assert!(party.other.agent_of(token).await.unwrap().is_some());
    }
}

pub async fn a_token_is_its_agents_until_there_is_a_newer_one(party: Party) {
    let agent = furnished(&party).await;
    let first = party.directory.issue_token(&agent).await.unwrap();
    assert!(party.other.agent_of(&first).await.unwrap().is_some());
    let second = party.other.issue_token(&agent).await.unwrap();
    assert!(party.directory.agent_of(&first).await.unwrap().is_none());
    assert!(party.directory.agent_of(&second).await.unwrap().is_some());
    for stranger in ["", "x", &first[1..], "' OR 1 = 1 --", "\0"] {
        assert!(party.directory.agent_of(stranger).await.unwrap().is_none());
    }
}

pub async fn who_follows_the_voided_tokens_hears_of_each(party: Party) {
    let agent = furnished(&party).await;
    let mut last = party.other.tokens_voided().await.unwrap();
    let code = party.directory.issue_code(&agent).await.unwrap();
    party.directory.redeem("no code").await.unwrap();
    assert_eq!(party.other.tokens_voided().await.unwrap(), last, "no token has become void");
    for step in 0..4 {
        match step {
            0 => drop(party.directory.redeem(&code).await.unwrap().unwrap()),
            1 => drop(party.directory.issue_token(&agent).await.unwrap()),
            2 => drop(party.other.issue_token(&agent).await.unwrap()),
            _ => party.directory.revoke(&agent).await.unwrap(),
        }
        let now = party.other.tokens_voided().await.unwrap();
        assert_ne!(now, last, "step {step}");
        last = now;
    }
    let mut at_once = JoinSet::new();
    for _ in 0..8 {
        let id = party.directory.add_agent("acme", "Eli", Role::Agent).await.unwrap();
        let directory = party.other.clone();
        at_once.spawn(async move { directory.issue_token(&id).await.unwrap() });
    }
    at_once.join_all().await;
    assert_eq!(party.directory.tokens_voided().await.unwrap(), last + 8);
}

pub async fn the_origin_is_the_last_that_was_remembered(party: Party) {
    assert_eq!(party.directory.origin().await.unwrap(), None);
    for origin in ["https://a.example", "https://a.example", "https://b.example"] {
        party.directory.remember_origin(origin).await.unwrap();
        assert_eq!(party.other.origin().await.unwrap().as_deref(), Some(origin));
    }
}

/// What comes from a path or a command line is looked for as it stands, and is otherwise not there.
pub async fn no_text_breaks_out_of_its_place(party: Party) {
    let agent = furnished(&party).await;
    for odd in ["", "acme\0", "\0", "acme' --", "%", "ac_e", "ACME", "acme ", "аcme", &"a".repeat(70_000)] {
        assert_eq!(party.directory.org(odd).await.unwrap(), None, "{odd:?}");
        assert!(party.directory.agents(odd).await.unwrap().is_empty());
        assert!(party.directory.templates(odd).await.unwrap().is_empty());
        assert_eq!(party.directory.template("acme", odd).await.unwrap(), None);
        assert_eq!(party.directory.redeem(odd).await.unwrap(), None);
        let unknown = |result: Result<(), DirectoryError>| matches!(result, Err(DirectoryError::Unknown(_)));
        assert!(unknown(party.directory.edit_org(odd, OrgEdit::default()).await), "{odd:?}");
        assert!(unknown(party.directory.remove_template("acme", odd).await));
        assert!(unknown(party.directory.revoke(odd).await));
        assert!(unknown(party.directory.issue_code(odd).await.map(drop)));
        assert!(unknown(party.directory.issue_token(odd).await.map(drop)));
        assert!(unknown(party.directory.add_agent(odd, "Dana", Role::Agent).await.map(drop)));
    }
    assert!(party.directory.issue_token(&agent).await.is_ok());
    let name = "'; DROP TABLE agents; -- \\ \" % _ 😀";
    party.directory.add_agent("acme", name, Role::Agent).await.unwrap();
    assert_eq!(party.other.agents("acme").await.unwrap()[0].agent.profile.name, name);
}
