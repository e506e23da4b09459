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
    /// Templates to start from, in the order of the picker: favourites first.
    pub templates: Vec<Template>,
    /// What the user chose.
    pub preferences: Preferences,
    /// The language to speak: the one preferred, or the system's. Never [`Language::System`].
    pub language: Language,
    /// Something from outside the window waits to be put in the form: fetch it with `take_fill`.
    pub fill_waiting: bool,
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
    /// The keyring that has our access is locked or absent.
    KeyringClosed,
    /// The service names another origin than the one we are enrolled with: no session is started there.
    ServiceElsewhere,
    /// The history file was damaged: it was kept, and a new one begun.
    HistoryDamaged,
    /// The history cannot be written: no session can be started, because a spent share could not be recorded.
    HistoryUnavailable,
}

/// What the user chose. Sent whole, set whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // independent switches
pub struct Preferences {
    /// The window's language.
    pub language: Language,
    /// The window's colours.
    pub theme: Theme,
    /// Whether the desktop is told of what happens while the user looks elsewhere. Alarms always are.
    pub notifications: bool,
    /// The global shortcut that opens quick start, e.g. `Ctrl+Shift+M`; empty: none.
    pub shortcut: String,
    /// Whether the program starts with the user's desktop session.
    pub autostart: bool,
    /// Whether the window stays above others.
    pub always_on_top: bool,
    /// Seconds a session is open unless the user says otherwise.
    pub ttl_secs: u32,
    /// Days history is kept; 0: for ever.
    pub history_days: u32,
}

/// A language of the window, and of messages to recipients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// As the operating system says.
    #[default]
    System,
    /// English.
    En,
    /// French.
    Fr,
    /// German.
    De,
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
    /// Arabic.
    Ar,
}

/// The window's colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Black, white and one strong accent.
    Contrast,
}

/// What a deep link, the tray or the global shortcut asks the form to show. Holds a value: no `Debug`.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Fill {
    /// Fill the form; what is absent keeps its default. Nothing is started.
    Start {
        /// A template's id; absent: the last one used.
        template: Option<String>,
        /// The subject.
        subject: Option<String>,
        /// The first field's value.
        #[cfg_attr(test, ts(type = "string | null"))]
        value: Option<zeroize::Zeroizing<String>>,
        /// Who began the conversation.
        #[cfg_attr(test, ts(type = "Began | null"))]
        began: Option<Began>,
    },
    /// Show the enrolment form with this link in it. Nothing is enrolled.
    Enroll {
        /// The link, with its one-time code.
        #[cfg_attr(test, ts(type = "string"))]
        link: zeroize::Zeroizing<String>,
    },
    /// The link was malformed or too long: say so, fill nothing.
    Malformed,
}

/// Why a subject looks as if it identified a person, which history and service would then keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SubjectWarning {
    /// It holds an e-mail address.
    Email,
    /// It holds a telephone number.
    Phone,
    /// It holds a number of nine digits or more.
    LongNumber,
}

/// A text to send to the recipient with the link.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Message {
    /// The text, link included.
    #[cfg_attr(test, ts(type = "string"))]
    pub text: zeroize::Zeroizing<String>,
    /// How many SMS it takes.
    pub sms_parts: u32,
    /// Its language; never [`Language::System`].
    pub language: Language,
}

/// A link as a QR code. No `Debug`: the link may carry a value.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Qr {
    /// Modules on a side, quiet zone included.
    pub size: u32,
    /// The dark modules as SVG path data in units of a module.
    #[cfg_attr(test, ts(type = "string"))]
    pub path: zeroize::Zeroizing<String>,
}

/// A session's card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionView {
    /// Names the card; the session id's text.
    pub id: String,
    /// One or two letters that tell this card from the others.
    pub initials: String,
    /// One of [`crate::session::COLOURS`] colours; cards open at once have different ones as far as possible.
    pub colour: u32,
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
    /// The language the customer is written to in; never [`Language::System`].
    pub language: Language,
    /// The customer types the code they hear, and their page compares; otherwise they see it and compare themselves.
    pub typed: bool,
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
    /// Where it comes from.
    pub source: TemplateSource,
    /// Stands first in the picker and in the tray.
    pub favourite: bool,
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TemplateSource {
    /// The program's. Cannot be changed, only duplicated.
    BuiltIn,
    /// The organization's. Cannot be changed here, only duplicated.
    Shared,
    /// The user's own.
    Own,
}

/// A template to save.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TemplateDraft {
    /// The template to replace, one of the user's own; absent: a new one.
    pub id: Option<String>,
    /// Shown in the picker.
    pub name: String,
    /// One to three.
    pub fields: Vec<FieldSpec>,
    /// Who usually begins these conversations.
    #[cfg_attr(test, ts(type = "Began"))]
    pub began: Began,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Imported {
    /// Templates added.
    pub added: u32,
    /// Templates that were there already, word for word.
    pub known: u32,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Exported {
    /// Where it is.
    pub path: String,
    /// How many rows or templates are in it.
    pub count: u64,
}

/// What of history is wanted. All that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct HistoryQuery {
    /// Part of subject, template or field names; every word must be found. Empty: any.
    pub text: String,
    /// Outcomes; empty: any.
    pub outcomes: Vec<Outcome>,
    /// The template's name; absent: any.
    pub template: Option<String>,
    /// Created at or after, milliseconds since 1970.
    pub from: Option<i64>,
    /// Created before, milliseconds since 1970.
    pub until: Option<i64>,
}

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// For spreadsheets; no cell is a formula.
    Csv,
    /// For programs.
    Json,
}

/// History in numbers, of what a query finds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistorySummary {
    /// Sessions found.
    pub count: u64,
    /// Sessions per day by outcome, the days that have any, oldest first; the newest 31 days of what was found.
    pub days: Vec<HistoryDay>,
    /// Seconds from creation to match, the median over the matched of these days; absent: none.
    pub median_secs: Option<f64>,
    /// Names of templates that occur in history, for the filter.
    pub templates: Vec<String>,
}

/// One day of history, in the machine's time zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryDay {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Ended with a match.
    pub matched: u32,
    /// Refused, mismatched, unexpected, relayed or tampered with.
    pub failed: u32,
    /// Expired, cancelled, interrupted, failed to start, or still running.
    pub unfinished: u32,
}

/// Whether the records of history are what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Integrity {
    /// The chain is whole.
    Whole {
        /// Records it links.
        records: u64,
        /// Finished records outside it: from before there was a key, or added by another hand.
        unsealed: u64,
    },
    /// A record was changed, removed, added or moved.
    Broken {
        /// The first record that does not fit: its row, or the last good one's if records are missing at the end.
        row: i64,
        /// Its creation time, if it has one.
        created_at: Option<i64>,
    },
    /// The keyring does not give the key.
    KeyUnavailable,
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
    /// The customer's language: of the message, and of a built-in template's words. [`Language::System`]: the agent's own.
    pub language: Language,
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
        #[cfg_attr(test, ts(type = "string"))]
        international: zeroize::Zeroizing<String>,
        /// ISO 3166 alpha-2 of its country, if it has one.
        region: Option<String>,
        /// Whether it exists in its country's plan.
        valid: bool,
    },
    /// A number, e.g. `-1234.5`.
    Number {
        /// In canonical form.
        #[cfg_attr(test, ts(type = "string"))]
        canonical: zeroize::Zeroizing<String>,
    },
    /// A date, `YYYY-MM-DD`.
    Date {
        /// ISO 8601.
        #[cfg_attr(test, ts(type = "string"))]
        iso: zeroize::Zeroizing<String>,
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
    /// There is no such template, or it is not the user's own.
    NoSuchTemplate,
    /// The file to import is not one of ours.
    Import,
    /// The file to export to cannot be written.
    Export,
    /// The settings cannot be written.
    Settings,
    /// The shortcut is not one, or another program has it.
    Shortcut,
    /// The clipboard cannot be reached.
    Clipboard,
    /// Something else; the log has more.
    Internal,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            notifications: true,
            shortcut: "CmdOrCtrl+Shift+M".to_owned(),
            autostart: false,
            always_on_top: false,
            ttl_secs: 120,
            history_days: 0,
        }
    }
}
