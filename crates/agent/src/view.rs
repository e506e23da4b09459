//! What a window is shown and may ask for: the whole seam between the engine and any face it has.
//!
//! A face is a function of [`View`]; it decides nothing. No field value, scalar, token or passcode is in these types, but
//! for [`Revealed`], which exists only as the answer to the press that asked for it. The user interface's TypeScript types
//! are generated from here (`ui/src/bindings.ts`; a test fails when they are stale).

use countersign_protocol::{Began, Kind};
use serde::{Deserialize, Serialize};

/// Everything a window shows but history. Sent whole on every change: it is small, and a face cannot fall behind by half.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct View {
    /// Grows with every change.
    pub revision: u64,
    /// How things stand with the service.
    pub connection: Connection,
    /// Who the agent is to the service; absent until the service has said so once.
    pub identity: Option<Identity>,
    /// Sessions whose card is open, oldest first.
    pub sessions: Vec<SessionView>,
    /// Templates to start from.
    pub templates: Vec<Template>,
    /// What the user should know about this machine, worst first.
    pub warnings: Vec<Warning>,
}

/// How things stand with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// The first contact is being made.
    Connecting,
    /// Events are flowing.
    Online,
    /// The service cannot be reached; trying again with growing pauses.
    Offline,
    /// The service does not know our token (any more): enrol again.
    Unauthorized,
}

/// Who the agent is to the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Identity {
    /// The built-in service with its demo organization: nothing here verifies anybody.
    pub practice: bool,
    /// The organization's name.
    pub organization: String,
    /// The agent's name.
    pub agent: String,
    /// The service's public origin.
    pub service: String,
    /// ISO 3166 alpha-2: the default for phone numbers.
    pub region: String,
    /// Shortest session, in seconds.
    pub ttl_min_secs: u32,
    /// Longest session, in seconds.
    pub ttl_max_secs: u32,
    /// Kinds of field the organization allows.
    #[cfg_attr(test, ts(type = "Kind[]"))]
    pub kinds: Vec<Kind>,
}

/// Something about this machine the user should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The keyring is locked or absent: the enrolment lasts for this run only.
    KeyringUnavailable,
    /// The history file was damaged: it was kept, and a new one begun.
    HistoryDamaged,
    /// The history cannot be written: no session can be started, because a spent share could not be recorded.
    HistoryUnavailable,
}

/// A session's card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionView {
    /// Names the card; the session id's text.
    pub id: String,
    /// As entered; may be empty.
    pub subject: String,
    /// The template it was started from: its id, and its name then. Absent: from scratch.
    pub template: Option<TemplateName>,
    /// What the recipient is asked for.
    pub fields: Vec<FieldSpec>,
    /// Who began the conversation, as the agent said it.
    #[cfg_attr(test, ts(type = "Began"))]
    pub began: Began,
    /// The link, without a prefilled value; absent until the service has taken the session.
    pub url: Option<String>,
    /// Six digits to say on the phone; absent until the service has taken the session.
    pub number: Option<String>,
    /// Whether *copy* adds the first value to the link.
    pub prefill: bool,
    /// How far it has come.
    pub progress: Progress,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
    /// Milliseconds left when this view was made; count down from it.
    pub remaining_ms: u64,
    /// Seconds it was created for, more time included.
    pub ttl_secs: u32,
    /// How often somebody tried the link after it was opened.
    pub open_refused: u32,
    /// The service cannot be reached and this session waits for it.
    pub reconnecting: bool,
    /// What may be asked of it now.
    pub allowed: Allowed,
}

/// What may be asked of a session now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools)] // five independent buttons
pub struct Allowed {
    /// The link can be copied.
    pub copy: bool,
    /// The recipient has seen the passcode.
    pub reveal: bool,
    /// It can be given more time.
    pub extend: bool,
    /// It can be started over with the same values.
    pub recreate: bool,
    /// It can be called off.
    pub cancel: bool,
}

/// How far a session has come. Each step implies those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Being created at the service.
    Creating,
    /// The link was not opened yet.
    Waiting,
    /// The recipient opened the link.
    Opened,
    /// The value is right.
    Confirmed,
    /// The recipient sees the passcode.
    Viewed,
    /// The agent has seen it too.
    Revealed,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The recipient says the codes match.
    Matched,
    /// The recipient says they do not.
    Mismatched,
    /// The recipient says: I did not ask for this.
    Unexpected,
    /// The recipient entered another value.
    ValueRefused,
    /// The two sides disagree on who began the conversation.
    RelaySuspected,
    /// A message was malformed or did not fit: someone between misbehaves.
    Tampered,
    /// Time ran out.
    Expired,
    /// The agent called it off.
    Cancelled,
    /// The program stopped in mid-session.
    Interrupted,
    /// The service would not take it, or lost it.
    Failed,
}

/// A field as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// The label the recipient reads.
    pub name: String,
    /// How the value is read.
    #[cfg_attr(test, ts(type = "Kind"))]
    pub kind: Kind,
    /// Shown under the recipient's input; may be empty.
    pub hint: String,
}

/// A template a session can be started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Template {
    /// Stable identifier.
    pub id: String,
    /// Shown in the picker.
    pub name: String,
    /// What it asks for; empty for "from scratch".
    pub fields: Vec<FieldSpec>,
    /// Who usually begins these conversations.
    #[cfg_attr(test, ts(type = "Began"))]
    pub began: Began,
}

/// A template as a session remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateName {
    /// Stable identifier.
    pub id: String,
    /// Its name when the session was started.
    pub name: String,
}

/// What *Start session* asks for. Holds values: no `Debug`; taken apart at once and wiped.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StartRequest {
    /// The template's id; absent: from scratch.
    pub template: Option<String>,
    /// One to three fields with the values the agent expects.
    pub fields: Vec<FieldEntry>,
    /// May be empty.
    pub subject: String,
    /// Who began the conversation.
    #[cfg_attr(test, ts(type = "Began"))]
    pub began: Began,
    /// Seconds the session is open.
    pub ttl_secs: u32,
    /// Whether *copy* adds the first value to the link.
    pub prefill: bool,
}

/// A field with the value the agent expects.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FieldEntry {
    /// What is asked for.
    pub field: FieldSpec,
    /// As typed.
    #[cfg_attr(test, ts(type = "string"))]
    pub value: zeroize::Zeroizing<String>,
}

/// How a typed value was understood, to show under the input. Spells the value.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum ReadingView {
    /// Nothing was interpreted.
    AsTyped,
    /// A telephone number.
    Phone {
        /// E.g. `+33 6 12 34 56 78`.
        international: String,
        /// ISO 3166 alpha-2 of its country, if it has one.
        region: Option<String>,
        /// Whether it exists in its country's plan.
        valid: bool,
    },
    /// A number, e.g. `-1234.5`.
    Number {
        /// In canonical form.
        canonical: String,
    },
    /// A date, `YYYY-MM-DD`.
    Date {
        /// ISO 8601.
        iso: String,
    },
}

/// The passcode, for the screen and nothing else. No `Debug`.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Revealed {
    /// The digits.
    #[cfg_attr(test, ts(type = "string"))]
    pub passcode: zeroize::Zeroizing<String>,
    /// Milliseconds after which the screen hides it again.
    pub hide_after_ms: u64,
}

/// What was put on the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Copied {
    /// Whether the link carries the first value.
    pub prefilled: bool,
}

/// A page of history, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<HistoryRow>,
    /// Pass as `before` for the next page; absent at the end.
    pub next: Option<i64>,
}

/// One session in history: metadata only.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryRow {
    /// Grows with time.
    pub row: i64,
    /// Milliseconds since 1970, as are all times here.
    pub created_at: i64,
    /// May be empty.
    pub subject: String,
    /// The template's name; absent: from scratch.
    pub template: Option<String>,
    /// Names only.
    pub fields: Vec<String>,
    /// Who began the conversation, as the agent said it.
    #[cfg_attr(test, ts(type = "Began"))]
    pub began: Began,
    /// Seconds it was created for.
    pub ttl_secs: u32,
    /// When the link was opened.
    pub opened_at: Option<i64>,
    /// When the recipient saw the passcode.
    pub viewed_at: Option<i64>,
    /// When the agent revealed it.
    pub revealed_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// How it ended; absent while it runs.
    pub outcome: Option<Outcome>,
}

/// Why something asked for was not done. The face branches on `code`, never on `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Refused {
    /// For programs.
    pub code: RefusedCode,
    /// For the user, in English: what to do.
    pub message: String,
    /// The field it is about, counted from 0, if it is about one.
    pub field: Option<u32>,
}

/// Why something asked for was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// A value is empty.
    ValueEmpty,
    /// A value is longer than 128 characters.
    ValueTooLong,
    /// A value holds a control character.
    ValueControlCharacter,
    /// A value is not of its kind.
    ValueNotOfKind,
    /// Subject, field names, duration or their number are out of bounds.
    OutOfBounds,
    /// The organization does not allow this.
    OutOfPolicy,
    /// There is no such session card.
    NoSuchSession,
    /// The recipient has not seen the passcode yet.
    NotViewed,
    /// The session is at another step.
    WrongStep,
    /// The service cannot be reached.
    Offline,
    /// Not enrolled, or the token was revoked.
    Unauthorized,
    /// Too many live sessions or too many starts a minute.
    TooMany,
    /// The enrolment link is malformed.
    EnrollmentLink,
    /// The enrolment link was used or is older than 15 minutes.
    EnrollmentCode,
    /// The history cannot be written.
    HistoryUnavailable,
    /// The clipboard cannot be reached.
    Clipboard,
    /// Something else; the log has more.
    Internal,
}
