// Generated from crates/agent/src/view.rs: UPDATE_BINDINGS=1 cargo test -p countersign-agent bindings
// Do not edit.

import { invoke } from "@tauri-apps/api/core";

export type Kind = "text" | "phone" | "email" | "code" | "number" | "date";
export type Began = "organization" | "recipient";
export type View = { 
/**
 * Grows with every change.
 */
revision: number, 
/**
 * How things stand with the service.
 */
connection: Connection, 
/**
 * Who the agent is to the service; absent until the service has said so once.
 */
identity: Identity | null, 
/**
 * Sessions whose card is open, oldest first.
 */
sessions: Array<SessionView>, 
/**
 * Templates to start from, in the order of the picker: favourites first.
 */
templates: Array<Template>, 
/**
 * What the user chose.
 */
preferences: Preferences, 
/**
 * The language to speak: the one preferred, or the system's. Never [`Language::System`].
 */
language: Language, 
/**
 * Something from outside the window waits to be put in the form: fetch it with `take_fill`.
 */
fill_waiting: boolean, 
/**
 * What the user should know about this machine, worst first.
 */
warnings: Array<Warning>, };
export type Connection = "connecting" | "online" | "offline" | "unauthorized";
export type Identity = { 
/**
 * The built-in service with its demo organization: nothing here verifies anybody.
 */
practice: boolean, 
/**
 * The organization's name.
 */
organization: string, 
/**
 * The agent's name.
 */
agent: string, 
/**
 * The service's public origin.
 */
service: string, 
/**
 * ISO 3166 alpha-2: the default for phone numbers.
 */
region: string, 
/**
 * Shortest session, in seconds.
 */
ttl_min_secs: number, 
/**
 * Longest session, in seconds.
 */
ttl_max_secs: number, 
/**
 * Kinds of field the organization allows.
 */
kinds: Kind[], };
export type Warning = "keyring_unavailable" | "keyring_closed" | "service_elsewhere" | "history_damaged" | "history_unavailable";
export type Preferences = { 
/**
 * The window's language.
 */
language: Language, 
/**
 * The window's colours.
 */
theme: Theme, 
/**
 * Whether the desktop is told of what happens while the user looks elsewhere. Alarms always are.
 */
notifications: boolean, 
/**
 * The global shortcut that opens quick start, e.g. `Ctrl+Shift+M`; empty: none.
 */
shortcut: string, 
/**
 * Whether the program starts with the user's desktop session.
 */
autostart: boolean, 
/**
 * Whether the window stays above others.
 */
always_on_top: boolean, 
/**
 * Seconds a session is open unless the user says otherwise.
 */
ttl_secs: number, 
/**
 * Days history is kept; 0: for ever.
 */
history_days: number, };
export type Language = "system" | "en" | "fr" | "de" | "es" | "pt" | "ar";
export type Theme = "system" | "light" | "dark" | "contrast";
export type Fill = { "what": "start", 
/**
 * A template's id; absent: the last one used.
 */
template: string | null, 
/**
 * The subject.
 */
subject: string | null, 
/**
 * The first field's value.
 */
value: string | null, 
/**
 * Who began the conversation.
 */
began: Began | null, } | { "what": "enroll", 
/**
 * The link, with its one-time code.
 */
link: string, } | { "what": "malformed" };
export type SubjectWarning = "email" | "phone" | "long_number";
export type Message = { 
/**
 * The text, link included.
 */
text: string, 
/**
 * How many SMS it takes.
 */
sms_parts: number, 
/**
 * Its language; never [`Language::System`].
 */
language: Language, };
export type Qr = { 
/**
 * Modules on a side, quiet zone included.
 */
size: number, 
/**
 * The dark modules as SVG path data in units of a module.
 */
path: string, };
export type SessionView = { 
/**
 * Names the card; the session id's text.
 */
id: string, 
/**
 * One or two letters that tell this card from the others.
 */
initials: string, 
/**
 * One of [`crate::session::COLOURS`] colours; cards open at once have different ones as far as possible.
 */
colour: number, 
/**
 * As entered; may be empty.
 */
subject: string, 
/**
 * The template it was started from: its id, and its name then. Absent: from scratch.
 */
template: TemplateName | null, 
/**
 * What the recipient is asked for.
 */
fields: Array<FieldSpec>, 
/**
 * Who began the conversation, as the agent said it.
 */
began: Began, 
/**
 * The link, without a prefilled value; absent until the service has taken the session.
 */
url: string | null, 
/**
 * Six digits to say on the phone; absent until the service has taken the session.
 */
number: string | null, 
/**
 * Whether *copy* adds the first value to the link.
 */
prefill: boolean, 
/**
 * The language the customer is written to in; never [`Language::System`].
 */
language: Language, 
/**
 * The customer types the code they hear, and their page compares; otherwise they see it and compare themselves.
 */
typed: boolean, 
/**
 * How far it has come.
 */
progress: Progress, 
/**
 * How it ended, once it has.
 */
outcome: Outcome | null, 
/**
 * Milliseconds left when this view was made; count down from it.
 */
remaining_ms: number, 
/**
 * Seconds it was created for, more time included.
 */
ttl_secs: number, 
/**
 * How often somebody tried the link after it was opened.
 */
open_refused: number, 
/**
 * The service cannot be reached and this session waits for it.
 */
reconnecting: boolean, 
/**
 * What may be asked of it now.
 */
allowed: Allowed, };
export type Allowed = { 
/**
 * The link can be copied.
 */
copy: boolean, 
/**
 * The recipient has seen the passcode.
 */
reveal: boolean, 
/**
 * It can be given more time.
 */
extend: boolean, 
/**
 * It can be started over with the same values.
 */
recreate: boolean, 
/**
 * It can be called off.
 */
cancel: boolean, };
export type Progress = "creating" | "waiting" | "opened" | "confirmed" | "viewed" | "revealed";
export type Outcome = "matched" | "mismatched" | "unexpected" | "value_refused" | "relay_suspected" | "tampered" | "expired" | "cancelled" | "interrupted" | "failed";
export type FieldSpec = { 
/**
 * The label the recipient reads.
 */
name: string, 
/**
 * How the value is read.
 */
kind: Kind, 
/**
 * Shown under the recipient's input; may be empty.
 */
hint: string, };
export type Template = { 
/**
 * Stable identifier.
 */
id: string, 
/**
 * Shown in the picker.
 */
name: string, 
/**
 * What it asks for; empty for "from scratch".
 */
fields: Array<FieldSpec>, 
/**
 * Who usually begins these conversations.
 */
began: Began, 
/**
 * Where it comes from.
 */
source: TemplateSource, 
/**
 * Stands first in the picker and in the tray.
 */
favourite: boolean, };
export type TemplateSource = "built_in" | "shared" | "own";
export type TemplateDraft = { 
/**
 * The template to replace, one of the user's own; absent: a new one.
 */
id: string | null, 
/**
 * Shown in the picker.
 */
name: string, 
/**
 * One to three.
 */
fields: Array<FieldSpec>, 
/**
 * Who usually begins these conversations.
 */
began: Began, };
export type Imported = { 
/**
 * Templates added.
 */
added: number, 
/**
 * Templates that were there already, word for word.
 */
known: number, };
export type Exported = { 
/**
 * Where it is.
 */
path: string, 
/**
 * How many rows or templates are in it.
 */
count: number, };
export type HistoryQuery = { 
/**
 * Part of subject, template or field names; every word must be found. Empty: any.
 */
text: string, 
/**
 * Outcomes; empty: any.
 */
outcomes: Array<Outcome>, 
/**
 * The template's name; absent: any.
 */
template: string | null, 
/**
 * Created at or after, milliseconds since 1970.
 */
from: number | null, 
/**
 * Created before, milliseconds since 1970.
 */
until: number | null, };
export type ExportFormat = "csv" | "json";
export type HistorySummary = { 
/**
 * Sessions found.
 */
count: number, 
/**
 * Sessions per day by outcome, the days that have any, oldest first; the newest 31 days of what was found.
 */
days: Array<HistoryDay>, 
/**
 * Seconds from creation to match, the median over the matched of these days; absent: none.
 */
median_secs: number | null, 
/**
 * Names of templates that occur in history, for the filter.
 */
templates: Array<string>, };
export type HistoryDay = { 
/**
 * `YYYY-MM-DD`.
 */
day: string, 
/**
 * Ended with a match.
 */
matched: number, 
/**
 * Refused, mismatched, unexpected, relayed or tampered with.
 */
failed: number, 
/**
 * Expired, cancelled, interrupted, failed to start, or still running.
 */
unfinished: number, };
export type Integrity = { "is": "whole", 
/**
 * Records it links.
 */
records: number, 
/**
 * Finished records outside it: from before there was a key, or added by another hand.
 */
unsealed: number, } | { "is": "broken", 
/**
 * The first record that does not fit: its row, or the last good one's if records are missing at the end.
 */
row: number, 
/**
 * Its creation time, if it has one.
 */
created_at: number | null, } | { "is": "key_unavailable" };
export type TemplateName = { 
/**
 * Stable identifier.
 */
id: string, 
/**
 * Its name when the session was started.
 */
name: string, };
export type StartRequest = { 
/**
 * The template's id; absent: from scratch.
 */
template: string | null, 
/**
 * One to three fields with the values the agent expects.
 */
fields: Array<FieldEntry>, 
/**
 * May be empty.
 */
subject: string, 
/**
 * Who began the conversation.
 */
began: Began, 
/**
 * Seconds the session is open.
 */
ttl_secs: number, 
/**
 * Whether *copy* adds the first value to the link.
 */
prefill: boolean, 
/**
 * The customer's language: of the message, and of a built-in template's words. [`Language::System`]: the agent's own.
 */
language: Language, };
export type FieldEntry = { 
/**
 * What is asked for.
 */
field: FieldSpec, 
/**
 * As typed.
 */
value: string, };
export type ReadingView = { "as": "as_typed" } | { "as": "phone", 
/**
 * E.g. `+33 6 12 34 56 78`.
 */
international: string, 
/**
 * ISO 3166 alpha-2 of its country, if it has one.
 */
region: string | null, 
/**
 * Whether it exists in its country's plan.
 */
valid: boolean, } | { "as": "number", 
/**
 * In canonical form.
 */
canonical: string, } | { "as": "date", 
/**
 * ISO 8601.
 */
iso: string, };
export type Revealed = { 
/**
 * The digits.
 */
passcode: string, 
/**
 * Milliseconds after which the screen hides it again.
 */
hide_after_ms: number, };
export type Copied = { 
/**
 * Whether the link carries the first value.
 */
prefilled: boolean, };
export type HistoryPage = { 
/**
 * The rows.
 */
rows: Array<HistoryRow>, 
/**
 * Pass as `before` for the next page; absent at the end.
 */
next: number | null, };
export type HistoryRow = { 
/**
 * Grows with time.
 */
row: number, 
/**
 * Milliseconds since 1970, as are all times here.
 */
created_at: number, 
/**
 * May be empty.
 */
subject: string, 
/**
 * The template's name; absent: from scratch.
 */
template: string | null, 
/**
 * Names only.
 */
fields: Array<string>, 
/**
 * Who began the conversation, as the agent said it.
 */
began: Began, 
/**
 * Seconds it was created for.
 */
ttl_secs: number, 
/**
 * When the link was opened.
 */
opened_at: number | null, 
/**
 * When the recipient saw the passcode.
 */
viewed_at: number | null, 
/**
 * When the agent revealed it.
 */
revealed_at: number | null, 
/**
 * When it ended.
 */
ended_at: number | null, 
/**
 * How it ended; absent while it runs.
 */
outcome: Outcome | null, };
export type Refused = { 
/**
 * For programs.
 */
code: RefusedCode, 
/**
 * For the user, in English: what to do.
 */
message: string, 
/**
 * The field it is about, counted from 0, if it is about one.
 */
field: number | null, };
export type RefusedCode = "value_empty" | "value_too_long" | "value_control_character" | "value_not_of_kind" | "out_of_bounds" | "out_of_policy" | "no_such_session" | "not_viewed" | "wrong_step" | "offline" | "unauthorized" | "too_many" | "enrollment_link" | "enrollment_code" | "history_unavailable" | "no_such_template" | "import" | "export" | "settings" | "shortcut" | "clipboard" | "internal";

/** Every command; each rejects with a `Refused`. */
export const commands = {
  view: (): Promise<View> => invoke("view"),
  start: (request: StartRequest): Promise<string> => invoke("start", { request }),
  readValue: (kind: Kind, value: string): Promise<ReadingView> => invoke("read_value", { kind, value }),
  copyLink: (session: string): Promise<Copied> => invoke("copy_link", { session }),
  openLink: (session: string): Promise<null> => invoke("open_link", { session }),
  setPrefill: (session: string, on: boolean): Promise<null> => invoke("set_prefill", { session, on }),
  reveal: (session: string): Promise<Revealed> => invoke("reveal", { session }),
  extend: (session: string): Promise<null> => invoke("extend", { session }),
  recreate: (session: string): Promise<string> => invoke("recreate", { session }),
  cancel: (session: string): Promise<null> => invoke("cancel", { session }),
  dismiss: (session: string): Promise<null> => invoke("dismiss", { session }),
  message: (session: string, language: Language): Promise<Message> => invoke("message", { session, language }),
  copyMessage: (session: string, language: Language): Promise<Copied> => invoke("copy_message", { session, language }),
  qr: (session: string): Promise<Qr> => invoke("qr", { session }),
  checkSubject: (subject: string): Promise<SubjectWarning | null> => invoke("check_subject", { subject }),
  takeFill: (): Promise<Fill | null> => invoke("take_fill"),
  setPreferences: (preferences: Preferences): Promise<null> => invoke("set_preferences", { preferences }),
  saveTemplate: (draft: TemplateDraft): Promise<string> => invoke("save_template", { draft }),
  deleteTemplate: (template: string): Promise<null> => invoke("delete_template", { template }),
  favourTemplate: (template: string, on: boolean): Promise<null> => invoke("favour_template", { template, on }),
  moveTemplate: (template: string, before: string | null): Promise<null> => invoke("move_template", { template, before }),
  exportTemplates: (): Promise<Exported> => invoke("export_templates"),
  importTemplates: (text: string): Promise<Imported> => invoke("import_templates", { text }),
  history: (query: HistoryQuery, before: number | null, limit: number): Promise<HistoryPage> => invoke("history", { query, before, limit }),
  historySummary: (query: HistoryQuery): Promise<HistorySummary> => invoke("history_summary", { query }),
  exportHistory: (query: HistoryQuery, format: ExportFormat): Promise<Exported> => invoke("export_history", { query, format }),
  verifyHistory: (): Promise<Integrity> => invoke("verify_history"),
  askKeyring: (): Promise<null> => invoke("ask_keyring"),
  enroll: (link: string): Promise<null> => invoke("enroll", { link }),
  leave: (): Promise<null> => invoke("leave"),
} as const;
