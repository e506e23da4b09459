//! The agent's engine, without a window: live sessions, the service's client, history, templates, credentials, settings.
//!
//! Every rule of the agent's side is here and none in the window around it. [`Engine::spawn`] starts one event loop that
//! owns all state; a face sends it requests through a [`Handle`] and is shown a [`view::View`] on every change. What the
//! engine needs of a desktop (show, notify, clipboard, the practice service) is the narrow trait [`Desktop`].
//!
//! - [`session`]: one live session, free of I/O: events in, effects out
//! - [`engine`]: the loop that feeds them
//! - [`client`], [`sse`]: the service's API as the agent calls it
//! - [`history`]: SQLite, metadata only, and the record of spent shares
//! - [`credentials`], [`enrollment`], [`settings`]: who we are to which service
//! - [`templates`]: what a session can be started from
//! - [`text`]: everything a person reads that is not the window's
//! - [`deep_link`]: links of other programs that fill the form
//! - [`message`], [`qr`], [`subject`]: the text to send, the code to scan, the warning about what identifies
//! - [`view`]: the seam

pub mod client;
pub mod credentials;
pub mod deep_link;
pub mod desktop;
pub mod engine;
pub mod enrollment;
pub mod history;
pub mod message;
pub mod qr;
pub mod session;
pub mod settings;
pub mod sse;
pub mod subject;
pub mod templates;
pub mod text;
pub mod view;

mod refusals;

pub use credentials::Credential;
pub use desktop::{Desktop, Notice};
pub use engine::{Engine, Handle, Options};

/// Whether what this module says may be written down. The library that reads phone numbers writes them into its log as they were
/// typed; however much whoever looks for a fault asks to be logged, a value is not.
pub fn may_be_logged(module: &str) -> bool {
    !module.starts_with("rlibphonenumber")
}

#[cfg(test)]
mod bindings;
