//! What makes a profile worth trusting, and the policy.

use super::Party;
use super::directory::org;
use countersign_protocol::canonical::Kind;
use countersign_protocol::wire::{OrgProfile, Policy, VerifiedDomain};
use countersign_service::directory::{DirectoryError, Logo, MAX_DOMAINS, Method, PolicyEdit};
use tokio::task::JoinSet;

fn logo(bytes: &[u8]) -> Logo {
    Logo { digest: format!("{:064x}", bytes.len()), png: bytes.to_vec() }
}

pub async fn a_policy_is_the_default_until_it_is_edited(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    party.directory.add_org(org("bolt")).await.unwrap();
    for handle in ["acme", "nobody", "a\0b"] {
        assert_eq!(party.directory.policy(handle).await.unwrap(), Policy::default(), "{handle}");
    }
    let edit = PolicyEdit { ttl_max_secs: Some(300), numbers: Some(false), ..PolicyEdit::default() };
    let edited = Policy { ttl_max_secs: 300, numbers: false, ..Policy::default() };
    assert_eq!(party.directory.edit_policy("acme", edit.clone()).await.unwrap(), edited);
    let more = PolicyEdit {
        kinds: Some(vec![Kind::Phone]),
        creations_per_minute: Some(600),
        ..PolicyEdit::default()
    };
    let edited = Policy { kinds: vec![Kind::Phone], creations_per_minute: Some(600), ..edited };
    assert_eq!(party.other.edit_policy("acme", more).await.unwrap(), edited);
    assert_eq!(party.directory.policy("acme").await.unwrap(), edited);
    assert!(!party.directory.org("acme").await.unwrap().unwrap().numbers);
    assert_eq!(party.other.org("bolt").await.unwrap(), Some(org("bolt")));
    let refused = PolicyEdit { ttl_min_secs: Some(301), ..PolicyEdit::default() };
    assert!(matches!(party.directory.edit_policy("acme", refused).await, Err(DirectoryError::Policy(_))));
    assert_eq!(party.other.policy("acme").await.unwrap(), edited);
    assert!(matches!(party.directory.edit_policy("nobody", edit).await, Err(DirectoryError::Unknown(_))));
}

pub async fn edits_of_a_policy_at_once_all_count(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let mut edits = JoinSet::new();
    let edit = |edit: PolicyEdit,
                directory: &std::sync::Arc<dyn countersign_service::directory::Directory>| {
        let directory = directory.clone();
        async move { directory.edit_policy("acme", edit).await.unwrap() }
    };
    edits.spawn(edit(PolicyEdit { ttl_max_secs: Some(300), ..PolicyEdit::default() }, &party.directory));
    edits.spawn(edit(PolicyEdit { ttl_min_secs: Some(60), ..PolicyEdit::default() }, &party.other));
    edits.spawn(edit(PolicyEdit { passcode_digits: Some(8), ..PolicyEdit::default() }, &party.directory));
    edits.spawn(edit(PolicyEdit { numbers: Some(false), ..PolicyEdit::default() }, &party.other));
    edits.join_all().await;
    let all = Policy {
        ttl_min_secs: 60,
        ttl_max_secs: 300,
        passcode_digits: 8,
        numbers: false,
        ..Policy::default()
    };
    assert_eq!(party.directory.policy("acme").await.unwrap(), all);
}

pub async fn a_logo_is_found_by_its_digest_while_it_is_somebodys(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let (first, second) = (logo(b"one"), logo(b"other"));
    let url = |logo: &Logo| Some(format!("/static/{}.png", logo.digest));
    party.directory.set_logo("acme", Some(first.clone())).await.unwrap();
    assert_eq!(party.other.org("acme").await.unwrap().unwrap().logo_url, url(&first));
    assert_eq!(party.other.logo(&first.digest).await.unwrap(), Some(first.png.clone()));
    party.other.set_logo("acme", Some(second.clone())).await.unwrap();
    assert_eq!(party.directory.org("acme").await.unwrap().unwrap().logo_url, url(&second));
    assert_eq!(party.directory.logo(&first.digest).await.unwrap(), None);
    party.directory.set_logo("acme", None).await.unwrap();
    party.directory.set_logo("acme", None).await.unwrap();
    assert_eq!(party.other.org("acme").await.unwrap(), Some(org("acme")));
    assert_eq!(party.other.logo("x\0").await.unwrap(), None);
    for logo in [Some(first), None] {
        assert!(matches!(party.directory.set_logo("nobody", logo).await, Err(DirectoryError::Unknown(_))));
    }
}

pub async fn a_domain_is_shown_while_its_challenge_is_found(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let shown = |party: &Party| {
        let directory = party.other.clone();
        async move { directory.org("acme").await.unwrap().unwrap().domains }
    };
    let domain = party.directory.add_domain("acme", "ACME.example.").await.unwrap();
    assert_eq!((domain.name.as_str(), domain.challenge.len()), ("acme.example", 43));
    assert_eq!(party.other.add_domain("acme", "acme.example").await.unwrap(), domain, "its challenge stays");
    assert!(shown(&party).await.is_empty());
    let check = |challenge: &str, found| {
        let (directory, challenge) = (party.directory.clone(), challenge.to_owned());
        async move { directory.record_check("acme", "acme.example", &challenge, found).await }
    };
    assert_eq!(check(&domain.challenge, None).await.unwrap().lost_at, None, "what never was is not gone");
    check(&domain.challenge, Some(Method::Dns)).await.unwrap();
    let verified = VerifiedDomain {
        name: "acme.example".to_owned(),
        method: "dns".to_owned(),
        verified_at: "2026-11-23T10:00:00Z".to_owned(),
    };
    assert_eq!(shown(&party).await, [verified]);
    party.clock.advance(1000);
    let lost = check(&domain.challenge, None).await.unwrap().lost_at;
    assert_eq!(lost, Some(countersign_service::clock::Clock::now(&*party.clock)));
    assert!(shown(&party).await.is_empty());
    party.clock.advance(1000);
    assert_eq!(check(&domain.challenge, None).await.unwrap().lost_at, lost, "gone since the first time");
    let again = check(&domain.challenge, Some(Method::WellKnown)).await.unwrap();
    assert_eq!(again.lost_at, None);
    assert_eq!(shown(&party).await[0].method, "well-known");
    assert!(matches!(check("another", Some(Method::Dns)).await, Err(DirectoryError::Unknown(_))));
    assert_eq!(party.other.domains("acme").await.unwrap(), [again]);
    party.other.remove_domain("acme", "Acme.Example").await.unwrap();
    assert_eq!(party.directory.org("acme").await.unwrap(), Some(org("acme")));
    let anew = party.directory.add_domain("acme", "acme.example").await.unwrap();
    assert_ne!(anew.challenge, domain.challenge);
}

pub async fn there_are_so_many_domains_and_no_more_however_many_add_at_once(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let mut adding = JoinSet::new();
    for n in 0..2 * MAX_DOMAINS {
        let directory = if n % 2 == 0 { party.directory.clone() } else { party.other.clone() };
        adding.spawn(async move { directory.add_domain("acme", &format!("d{n}.example")).await.is_ok() });
    }
    let added = adding.join_all().await.into_iter().filter(|added| *added).count();
    assert_eq!((added, party.directory.domains("acme").await.unwrap().len()), (8, 8));
    let one_more = party.directory.add_domain("acme", "more.example").await;
    assert!(matches!(one_more, Err(DirectoryError::TooManyDomains)));
    assert!(matches!(party.directory.add_domain("acme", "https://x").await, Err(DirectoryError::Domain)));
    assert!(matches!(
        party.directory.add_domain("nobody", "x.example").await,
        Err(DirectoryError::Unknown(_))
    ));
    assert!(matches!(
        party.directory.remove_domain("acme", "x.example").await,
        Err(DirectoryError::Unknown(_))
    ));
}

pub async fn what_a_new_profile_says_of_logo_domains_and_numbers_is_not_taken(party: Party) {
    let domain = VerifiedDomain {
        name: "x.example".into(),
        method: "dns".into(),
        verified_at: "2026-01-01T00:00:00Z".into(),
    };
    let claimed =
        OrgProfile { logo_url: Some("/x.png".into()), domains: vec![domain], numbers: false, ..org("acme") };
    party.directory.add_org(claimed).await.unwrap();
    assert_eq!(party.directory.org("acme").await.unwrap(), Some(org("acme")));
}
