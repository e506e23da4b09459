//! An agent's event stream, read as it comes.

use super::PATIENCE;
use super::service::Caller;
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: u64,
    pub name: String,
    pub data: Value,
}

pub struct Stream {
    response: Response,
    text: String,
}

impl Caller {
    /// Dana's stream, from now on or after what was seen last.
    pub async fn events(&self, last: Option<u64>) -> Stream {
        self.events_of(&self.dana.token, last).await
    }

    /// The stream of the agent with this token.
    pub async fn events_of(&self, token: &str, last: Option<u64>) -> Stream {
        let request = self.request(reqwest::Method::GET, "/api/v1/events").bearer_auth(token);
        let mut request = request.header(ACCEPT, "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        Stream { response, text: String::new() }
    }
}

impl Stream {
    pub async fn next(&mut self) -> Event {
        tokio::time::timeout(PATIENCE, self.read())
            .await
            .expect("an event comes")
            .expect("the stream goes on")
    }

    /// None once the stream ends.
    pub async fn read(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
                };
                // A comment that says that the stream is alive is none.
                if let Some(data) = field("data") {
                    return Some(Event {
                        id: field("id").unwrap().parse().unwrap(),
                        name: field("event").unwrap(),
                        data: serde_json::from_str(&data).unwrap(),
                    });
                }
            }
            let piece = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}
