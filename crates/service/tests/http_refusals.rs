//! What is refused, and that a refusal changes nothing: one session is taken to its end, and at every stage everything that
//! can be wrong with every call is tried on it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::play::{check, compute};
use common::service::{Draft, Service, Session, nothing, problem};
use countersign_protocol::wire::{Created, Verdict};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};

const LARGEST: usize = 16 * 1024;

/// A call whose every member is in order.
struct Call {
    method: Method,
    path: String,
    token: String,
    /// Calls that have nothing to say take `{}` and no body at all.
    body: Value,
}

impl Call {
    fn new(path: impl Into<String>, token: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), token: token.to_owned(), body }
    }

    async fn with(&self, service: &Service, media_type: Option<&str>, body: Vec<u8>) -> Response {
        let mut request =
            service.request(self.method.clone(), &self.path).bearer_auth(&self.token).body(body);
        if let Some(media_type) = media_type {
            request = request.header(CONTENT_TYPE, media_type);
        }
        request.send().await.unwrap()
    }

    async fn send(&self, service: &Service) -> Response {
        self.with(service, Some("application/json"), self.body.to_string().into_bytes()).await
    }

    /// The body with a member set; none removes it.
    fn changed(&self, member: &str, value: Option<Value>) -> Vec<u8> {
        let mut body = self.body.clone();
        let members = body.as_object_mut().unwrap();
        match value {
            Some(value) => drop(members.insert(member.to_owned(), value)),
            None => drop(members.remove(member)),
        }
        body.to_string().into_bytes()
    }

    /// Bodies that are not the documented message.
    fn malformed(&self) -> Vec<Vec<u8>> {
        let good = self.body.to_string();
        let mut bad: Vec<Vec<u8>> = ["{", "[]", "null", "1", "\"{}\"", "{}{}", "{'a':1}", "\u{feff}{}", " "]
            .into_iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
        bad.push(good.as_bytes()[..good.len() - 1].to_vec());
        bad.push([good.as_bytes(), b"x"].concat());
        bad.push([good.as_bytes(), b"\xff"].concat());
        bad.push(b"{\"\xff\":1}".to_vec());
        bad.push(vec![b'['; 8000]);
        bad.push(self.changed("surprise", Some(json!(1))));
        for (member, value) in self.body.as_object().unwrap() {
            // Texts that may be absent may be null too; all else is there and is of its type.
            let optional = ["agent_name", "subject", "template_id", "unexpected"].contains(&member.as_str());
            let optional = optional || (self.path.ends_with("/verdict") && member == "tag");
            if !optional {
                bad.push(self.changed(member, None));
                bad.push(self.changed(member, Some(Value::Null)));
            }
            bad.push(self.changed(member, Some(json!([]))));
            bad.push(self.changed(member, Some(json!({}))));
            bad.push(self.changed(member, Some(if value.is_number() { json!("1") } else { json!(1) })));
            let twice = format!("{{\"{member}\":{value},{}", &good[1..]);
            bad.push(twice.into_bytes());
            for text in value.as_str().map(|text| bytes_misspelled(member, text)).unwrap_or_default() {
                bad.push(self.changed(member, Some(json!(text))));
            }
        }
        bad
    }
}

/// Texts that stand for no value, or are not the one text of theirs.
fn bytes_misspelled(member: &str, text: &str) -> Vec<String> {
    let mut bad = match member {
        // Not an element: all ones, a negative one, beyond the field. The identity.
        "share" => vec!["_".repeat(42) + "8", "AQ".to_owned() + &"A".repeat(41), "A".repeat(43)],
        "salt" | "commit" | "nonce" | "tag" => Vec::new(),
        "session_id" => {
            return vec!["u".repeat(26), "0".repeat(25), "0".repeat(27), "z".repeat(26), String::new()];
        }
        "began" => return vec!["Recipient".to_owned(), "nobody".to_owned(), String::new()],
        "compare" => return vec!["Shown".to_owned(), "spoken".to_owned()],
        "region" => return vec!["fr".to_owned(), "FRA".to_owned(), String::new()],
        _ => return Vec::new(),
    };
    let (start, last) = text.split_at(text.len() - 1);
    // The last letter's unused bits, set.
    let stray = char::from(last.as_bytes()[0] + 1);
    bad.extend([
        String::new(),
        format!("{text}="),
        format!("{text}=="),
        format!("{text}A"),
        format!("{text}AA"),
        format!(" {text}"),
        format!("{text}\n"),
        start.to_owned(),
        start[..start.len() - 1].to_owned(),
        format!("{start}{stray}"),
        format!("+/{}", &text[2..]),
    ]);
    bad
}

/// Every call there is about a session, by those who may make it.
fn calls(service: &Service, session: &Session) -> Vec<Call> {
    let (dana, token) = (service.dana.token.as_str(), session.token.as_str());
    let tag = common::tag().to_string();
    let answer = json!({
        "share": session.request.share, "commit": common::nonce().commit(), "began": "recipient", "tag": tag,
    });
    vec![
        Call::new("/api/v1/sessions", dana, json!(session.request)),
        Call::new(session.of_agent("verdict"), dana, json!({"accepted": true, "tag": tag})),
        Call::new(session.of_agent("revealed"), dana, nothing()),
        Call::new(session.of_agent("extend"), dana, nothing()),
        Call::new(session.of_page("open"), token, nothing()),
        Call::new(session.of_page("answer"), token, answer),
        Call::new(session.of_page("viewed"), token, json!({ "nonce": common::nonce() })),
        Call::new(session.of_page("outcome"), token, json!({"matched": true, "unexpected": false})),
        Call::new(session.of_page("extend"), token, nothing()),
    ]
}

/// Everything that can be wrong with every call.
async fn pelt(service: &Service, session: &Session) {
    for call in calls(service, session) {
        for body in call.malformed() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
            let response = call.with(service, Some("application/json"), body).await;
            assert_eq!(response.status(), 400, "{} {shown}", call.path);
            let problem = problem(response, 400, "malformed").await;
            assert!(problem.detail.is_some_and(|detail| detail.len() < 200), "{shown}");
        }
        let good = call.body.to_string();
        let large = format!("{good}{}", " ".repeat(LARGEST + 1 - good.len())).into_bytes();
        problem(call.with(service, Some("application/json"), large).await, 413, "too_large").await;
        for media_type in
            [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/json5")]
        {
            let refused = call.with(service, media_type, good.clone().into_bytes()).await;
            problem(refused, 415, "unsupported_media_type").await;
        }
    }
    let verdict = Call::new(session.of_agent("verdict"), &service.dana.token, nothing());
    for body in [json!({"accepted": true}), json!({"accepted": false, "tag": common::tag()})] {
        let refused = verdict.with(service, Some("application/json"), body.to_string().into_bytes()).await;
        problem(refused, 400, "malformed").await;
    }
    let outcome =
        Call::new(session.of_page("outcome"), &session.token, json!({"matched": true, "unexpected": true}));
    problem(outcome.send(service).await, 400, "malformed").await;
}

/// Every call by those it is not for. `waiting`: any page may open the link, and so none is let try.
async fn trespass(service: &Service, session: &Session, waiting: bool) {
    let page_calls = ["open", "answer", "viewed", "outcome", "extend"];
    let other = service.session().await;
    let mut agents = calls(service, session);
    agents.push(Call { method: Method::DELETE, ..Call::new(session.of_agent(""), "", nothing()) });
    agents.last_mut().unwrap().path.pop();
    for mut call in agents {
        let is_pages = page_calls.iter().any(|verb| call.path == session.of_page(verb));
        if is_pages {
            for token in ["", "x", &other.token, &service.dana.token, &format!("{}=", session.token)] {
                if waiting
                    && call.path.ends_with("/open")
                    && (token == other.token || token == service.dana.token)
                {
                    continue;
                }
                call.token = token.to_owned();
                problem(call.send(service).await, 404, "invalid_session").await;
            }
            call.token.clone_from(&session.token);
            call.path = call.path.replace("/orgs/acme/", "/orgs/bolt/");
            problem(call.send(service).await, 404, "invalid_session").await;
        } else {
            for token in ["", "x", &session.token] {
                call.token = token.to_owned();
                problem(call.send(service).await, 401, "unauthorized").await;
            }
            // Colleagues and strangers know of no such session; its id is taken for them.
            for (token, is_colleague) in [(&service.eli.token, true), (&service.finn.token, false)] {
                call.token.clone_from(token);
                let refused = call.send(service).await;
                match (call.path == "/api/v1/sessions", is_colleague) {
                    (false, _) => problem(refused, 404, "invalid_session").await,
                    (true, true) => problem(refused, 409, "conflict").await,
                    (true, false) => problem(refused, 409, "profile_changed").await,
                };
            }
        }
    }
    for header in ["", "Bearer", "Basic eDp5", "Bearer ", &service.dana.token, "Token x"] {
        let request = service.request(Method::GET, "/api/v1/me").header("authorization", header);
        problem(request.send().await.unwrap(), 401, "unauthorized").await;
    }
}

/// The calls that are out of order now: the agent is told so, the page that there is nothing.
async fn disorder(service: &Service, session: &Session, allowed: &[&str]) {
    for call in calls(service, session) {
        let verb = call.path.rsplit('/').next().unwrap().to_owned();
        let of_page = call.path.contains("/orgs/");
        let name = format!("{}:{verb}", if of_page { "page" } else { "agent" });
        if verb == "sessions" || allowed.contains(&name.as_str()) {
            continue;
        }
        let refused = call.send(service).await;
        assert!(refused.status().is_client_error(), "{name}");
        if of_page {
            problem(refused, 404, "invalid_session").await;
        } else {
            problem(refused, 409, "wrong_state").await;
        }
    }
}

/// The same call again gets the same bytes.
async fn twice(service: &Service, call: &Call, status: u16) -> Vec<u8> {
    let (first, second) = (call.send(service).await, call.send(service).await);
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (status, status), "{}", call.path);
    let (first, second) = (first.bytes().await.unwrap(), second.bytes().await.unwrap());
    assert_eq!(first, second, "{}", call.path);
    first.to_vec()
}

#[tokio::test]
async fn whatever_is_refused_at_any_stage_changes_nothing() {
    let service = Service::start().await;
    let Draft { request, offered } = Draft::new(&service.origin);
    let create = Call::new("/api/v1/sessions", &service.dana.token, json!(request));
    let created: Created = serde_json::from_slice(&twice(&service, &create, 201).await).unwrap();
    let mut other = json!(request);
    other["subject"] = json!("Another");
    let conflict = Call::new("/api/v1/sessions", &service.dana.token, other);
    problem(conflict.send(&service).await, 409, "conflict").await;
    // The agent's secret is used halfway; the session keeps one that fits nothing.
    let session = Draft { request, ..Draft::new(&service.origin) }.placed(created);
    let (dana, token) = (service.dana.token.as_str(), session.token.as_str());
    let page = |verb: &str, body| Call::new(session.of_page(verb), token, body);
    let agent = |verb: &str, body| Call::new(session.of_agent(verb), dana, body);
    pelt(&service, &session).await;
    trespass(&service, &session, true).await;
    disorder(&service, &session, &["agent:extend", "page:open"]).await;

    twice(&service, &page("open", nothing()), 200).await;
    let (answered, answer) = compute(service.open(&session).await);
    pelt(&service, &session).await;
    trespass(&service, &session, false).await;
    disorder(&service, &session, &["agent:extend", "page:extend", "page:open", "page:answer"]).await;

    // From here on another answer would end the session, and so none is tried.
    twice(&service, &page("answer", json!(answer)), 202).await;
    pelt(&service, &session).await;
    trespass(&service, &session, false).await;
    let mut allowed = vec!["agent:extend", "page:extend", "page:open", "page:answer", "agent:verdict"];
    disorder(&service, &session, &allowed).await;

    let accepted = check(offered, &answer);
    let verdict = Verdict::accept(accepted.tag().clone());
    twice(&service, &agent("verdict", json!(verdict)), 200).await;
    let confirmed = answered.accept(accepted.tag()).unwrap();
    pelt(&service, &session).await;
    trespass(&service, &session, false).await;
    for verdict in [Verdict::refuse(), Verdict::accept(common::tag())] {
        problem(agent("verdict", json!(verdict)).send(&service).await, 409, "conflict").await;
    }
    allowed.push("page:viewed");
    disorder(&service, &session, &allowed).await;

    let nonce = confirmed.nonce();
    twice(&service, &page("viewed", json!({ "nonce": nonce })), 202).await;
    pelt(&service, &session).await;
    trespass(&service, &session, false).await;
    let other = page("viewed", json!({ "nonce": common::nonce() }));
    problem(other.send(&service).await, 404, "invalid_session").await;
    allowed.extend(["page:outcome", "agent:revealed"]);
    disorder(&service, &session, &allowed).await;

    twice(&service, &agent("revealed", nothing()), 200).await;
    twice(&service, &page("outcome", json!({"matched": true})), 202).await;
    pelt(&service, &session).await;
    trespass(&service, &session, false).await;
    for outcome in [json!({"matched": false}), json!({"matched": false, "unexpected": true})] {
        problem(page("outcome", outcome).send(&service).await, 404, "invalid_session").await;
    }
    allowed.retain(|call| !call.ends_with("extend") && *call != "page:viewed");
    disorder(&service, &session, &allowed).await;
    let cancel = Call {
        method: Method::DELETE,
        ..Call::new(format!("/api/v1/sessions/{}", session.id), dana, nothing())
    };
    problem(cancel.send(&service).await, 409, "wrong_state").await;

    // Through all of that the two came to the same code, and the agent was told of what happened and of nothing else.
    assert_eq!(accepted.viewed(nonce).unwrap().passcode().expose(), confirmed.passcode().expose());
    let mut events = service.events(Some(0)).await;
    let mut names = Vec::new();
    while names.last().is_none_or(|last| last != "outcome") {
        let event = events.next().await;
        assert_eq!(event.data["session_id"], session.id);
        names.push(event.name);
    }
    names.retain(|name| name != "open_refused");
    assert_eq!(names, ["opened", "answered", "viewed", "outcome"]);
}
