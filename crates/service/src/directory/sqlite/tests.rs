use super::*;
use crate::clock::ManualClock;

fn acme() -> OrgProfile {
    OrgProfile {
        handle: "acme".into(),
        name: "Acme".into(),
        country: "FR".parse().unwrap(),
        description: "Energy".into(),
        website: String::new(),
        logo_url: None,
        domains: Vec::new(),
        channels: vec!["+33 1 23 45 67 89".into()],
        practice: false,
    }
}

async fn directory() -> (tempfile::TempDir, Arc<ManualClock>, SqliteDirectory) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let directory = SqliteDirectory::new(Database::open(folder.path()).unwrap(), clock.clone());
    directory.add_org(acme()).await.unwrap();
    (folder, clock, directory)
}

#[tokio::test]
async fn a_code_is_good_for_one_token_and_a_revoked_one_for_none() {
    let (_folder, _, directory) = directory().await;
    let agent = directory.add_agent("acme", "Dana", Role::Agent).await.unwrap();
    let code = directory.issue_code(&agent).await.unwrap();
    let token = directory.redeem(&code).await.unwrap().unwrap();
    assert_eq!(directory.redeem(&code).await.unwrap(), None);
    assert_eq!(directory.agent_of(&token).await.unwrap().unwrap().profile.name, "Dana");
    let unused = directory.issue_code(&agent).await.unwrap();
    directory.revoke(&agent).await.unwrap();
    assert!(directory.agent_of(&token).await.unwrap().is_none());
    assert_eq!(directory.redeem(&unused).await.unwrap(), None);
    assert!(matches!(directory.issue_code(&agent).await, Err(DirectoryError::Unknown(_))));
    assert!(matches!(directory.issue_token(&agent).await, Err(DirectoryError::Unknown(_))));
}

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour() {
    let (_folder, clock, directory) = directory().await;
    let agent = directory.add_agent("acme", "Dana", Role::Agent).await.unwrap();
    let (kept, late) =
        (directory.issue_code(&agent).await.unwrap(), directory.issue_code(&agent).await.unwrap());
    clock.advance(ENROLLMENT_MS - 1);
    assert!(directory.redeem(&kept).await.unwrap().is_some());
    clock.advance(1);
    assert_eq!(directory.redeem(&late).await.unwrap(), None);
}

#[tokio::test]
async fn editing_changes_what_is_given_and_nothing_else() {
    let (_folder, _, directory) = directory().await;
    assert!(matches!(directory.add_org(acme()).await, Err(DirectoryError::Exists(_))));
    let edit = OrgEdit { name: Some("Acme SA".into()), ..OrgEdit::default() };
    directory.edit_org("acme", edit.clone()).await.unwrap();
    let edited = directory.org("acme").await.unwrap().unwrap();
    assert_eq!(edited, OrgProfile { name: "Acme SA".into(), ..acme() });
    assert!(matches!(directory.edit_org("nobody", edit).await, Err(DirectoryError::Unknown(_))));
    assert!(matches!(
        directory.add_agent("nobody", "Dana", Role::Agent).await,
        Err(DirectoryError::Unknown(_))
    ));
}
