use super::*;
use countersign_protocol::Kind;

fn draft(name: &str) -> TemplateDraft {
    let field = FieldSpec { name: "Contract".into(), kind: Kind::Code, hint: String::new() };
    TemplateDraft { id: None, name: name.into(), fields: vec![field], began: Began::Recipient }
}

fn ids(book: &TemplateBook) -> Vec<String> {
    book.list(Language::En).into_iter().map(|template| template.id).collect()
}

#[test]
fn own_templates_survive_a_restart_and_can_be_changed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = TemplateBook::open(folder.path());
    let id = book.save(draft("Contract"), "1").unwrap();
    let mut book = TemplateBook::open(folder.path());
    assert_eq!(book.find(&id, Language::En).unwrap().source, TemplateSource::Own);
    book.save(TemplateDraft { id: Some(id.clone()), ..draft("Contract number") }, "2").unwrap();
    assert_eq!(TemplateBook::open(folder.path()).find(&id, Language::En).unwrap().name, "Contract number");
    book.delete(&id).unwrap();
    assert!(TemplateBook::open(folder.path()).find(&id, Language::En).is_none());
    assert!(matches!(book.delete(&id), Err(BookError::NotOwn)));
    assert!(matches!(book.delete("phone"), Err(BookError::NotOwn)));
}

#[test]
fn favourites_stand_first_and_from_scratch_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = TemplateBook::open(folder.path());
    assert_eq!(ids(&book), ["phone", "email", "customer", "order", "birth-postcode", "scratch"]);
    book.favour("order", true).unwrap();
    book.favour("phone", false).unwrap();
    assert_eq!(ids(&book), ["order", "phone", "email", "customer", "birth-postcode", "scratch"]);
    book.place("customer", Some("phone")).unwrap();
    assert_eq!(ids(&book), ["order", "customer", "phone", "email", "birth-postcode", "scratch"]);
    book.place("customer", None).unwrap();
    assert_eq!(
        ids(&TemplateBook::open(folder.path())),
        ["order", "phone", "email", "birth-postcode", "customer", "scratch"]
    );
}

#[test]
fn the_organizations_templates_stand_beside_the_built_in_and_in_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = TemplateBook::open(folder.path());
    let shared = |id: &str| SharedTemplate {
        id: id.into(),
        name: format!("Ours {id}"),
        began: Began::Recipient,
        fields: vec![Field { name: "Policy".into(), kind: Kind::Code, hint: String::new() }],
    };
    book.set_shared(vec![shared("policy"), shared("order"), shared("own-1")]);
    assert_eq!(ids(&book), ["phone", "email", "customer", "birth-postcode", "policy", "order", "scratch"]);
    assert_eq!(book.find("order", Language::En).unwrap().source, TemplateSource::Shared);
    assert!(matches!(book.delete("policy"), Err(BookError::NotOwn)));
}

#[test]
fn an_export_is_taken_in_once() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut book = TemplateBook::open(one.path());
    book.save(draft("A"), "1").unwrap();
    book.save(draft("B"), "2").unwrap();
    let (text, count) = book.export();
    assert_eq!(count, 2);
    let mut names = (10..).map(|n| n.to_string());
    let mut fresh = || names.next().unwrap();
    let mut book = TemplateBook::open(other.path());
    assert_eq!(book.import(&text, &mut fresh).unwrap(), Imported { added: 2, known: 0 });
    assert_eq!(book.import(&text, &mut fresh).unwrap(), Imported { added: 0, known: 2 });
}

#[test]
fn what_is_wrong_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = TemplateBook::open(folder.path());
    assert!(matches!(book.save(draft("  "), "1"), Err(BookError::Name)));
    assert!(matches!(book.save(draft(&"x".repeat(61)), "1"), Err(BookError::Name)));
    assert!(matches!(
        book.save(TemplateDraft { fields: Vec::new(), ..draft("A") }, "1"),
        Err(BookError::Fields(_))
    ));
    let half = r#"{"countersign_templates": 1, "templates": [
        {"name": "A", "began": "recipient", "fields": [{"name": "A", "kind": "code", "hint": ""}]},
        {"name": "B", "began": "recipient", "fields": []}]}"#;
    assert!(book.import(half, || "9".into()).is_err());
    for text in ["", "[]", "{}", r#"{"countersign_templates": 2, "templates": []}"#] {
        assert!(matches!(book.import(text, || "9".into()), Err(BookError::Import)), "{text}");
    }
    assert_eq!(ids(&book).len(), built_in(Language::En).len());
}

#[test]
fn a_damaged_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("templates.json"), "{").unwrap();
    assert_eq!(TemplateBook::open(folder.path()).list(Language::En).len(), built_in(Language::En).len());
    assert!(folder.path().join("templates.json.damaged").exists());
}

#[test]
fn a_file_that_is_no_text_is_kept_and_so_is_what_was_kept_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("templates.json");
    for damage in [b"\xff".as_slice(), b"\xfe", b"{"] {
        std::fs::write(&path, damage).unwrap();
        TemplateBook::open(folder.path()).favour("email", true).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("email"), "and the new one is saved");
    }
    for (name, damage) in [("damaged", b"\xff".as_slice()), ("damaged-2", b"\xfe"), ("damaged-3", b"{")] {
        assert_eq!(std::fs::read(folder.path().join(format!("templates.json.{name}"))).unwrap(), damage);
    }
}
