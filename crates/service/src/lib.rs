//! The verification service: relays the messages of `docs/protocol.md` between an agent and a recipient, and learns neither
//! the value nor the passcode.
//!
//! - [`serve`]: starts it; the one function other programs may call
//! - [`http`]: the API of `docs/api.md`, one family of calls a file, and the recipient's page
//! - [`store`]: live sessions behind one trait with atomic verbs; SQLite today
//! - [`directory`]: organizations, agents, one-time enrolment
//! - [`limits`]: every figure that bounds a caller
//! - [`cli`], [`config`]: the binary's commands and options
//!
//! Nothing here logs a body, a token or a session id in full: ids are capabilities until they are opened.

pub mod cli;
pub mod clock;
pub mod config;
pub mod directory;
pub mod http;
pub mod limits;
pub mod page;
mod secret;
mod serve;
pub mod store;

pub use serve::{PracticeOrg, PracticeToken, ServeError, ServeOptions, Served, serve};
