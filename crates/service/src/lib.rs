//! The verification service: relays the messages of `docs/protocol.md` between an agent and a recipient, and learns neither
//! the value nor the passcode.
//!
//! - [`serve`]: starts it; the one function other programs may call
//! - [`http`]: the API of `docs/api.md`, one family of calls a file, and the recipient's page
//! - [`store`]: live sessions behind one trait with atomic verbs
//! - [`directory`]: organizations, agents, one-time enrolment, behind another
//! - [`audit`]: what remains of sessions
//! - [`kept`]: which database directory and audit are in
//! - [`sqlite`]: the embedded database that all three are kept in
//! - [`postgres`]: what directory and audit are kept in where several nodes share them
//! - [`limits`]: every figure that bounds a caller
//! - [`tls`]: encryption without a proxy
//! - [`verification`]: whether a domain is an organization's
//! - [`comparison`]: whether an origin serves the page of a manifest
//! - [`proxies`]: whose word on where a call comes from is taken
//! - [`cli`], [`config`]: the binary's commands and options
//!
//! Nothing here logs a body, a token or a session id in full: ids are capabilities until they are opened.

pub mod audit;
pub mod cli;
pub mod clock;
pub mod comparison;
pub mod config;
mod connections;
pub mod directory;
mod http;
pub mod kept;
pub mod limits;
mod meters;
pub mod origin;
pub mod page;
pub mod postgres;
mod practice;
pub mod proxies;
mod secret;
mod serve;
pub mod sqlite;
pub mod store;
pub mod tls;
pub mod verification;

pub use http::openapi;
pub use practice::{PracticeOrg, PracticeToken};
pub use serve::{Operations, ServeError, ServeOptions, Served, serve, serve_operated, serve_with};
