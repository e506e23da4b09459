-- Version 1. Sessions and events are short-lived; orgs, agents and audit stay. No column holds a field's value, a passcode, a
-- token or anything a value could be tested against; tokens and codes are SHA-256.

CREATE TABLE orgs (
    handle TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    description TEXT NOT NULL,
    website TEXT NOT NULL,
    channels TEXT NOT NULL,
    practice INTEGER NOT NULL
) STRICT;

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES orgs (handle),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    token BLOB UNIQUE,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX agents_org ON agents (org);

CREATE TABLE enrollments (
    code BLOB NOT NULL PRIMARY KEY,
    agent TEXT NOT NULL REFERENCES agents (id),
    expires_at INTEGER NOT NULL
) STRICT;

-- What the service knows of itself: its public origin.
CREATE TABLE facts (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- over: ended, or its agent was told that it ran out. Most indices are of live sessions only and stay small.
CREATE TABLE sessions (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    org TEXT NOT NULL,
    agent TEXT NOT NULL,
    number TEXT NOT NULL,
    request TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    over INTEGER NOT NULL DEFAULT 0,
    token BLOB,
    answer TEXT,
    verdict TEXT,
    nonce TEXT,
    outcome TEXT,
    open_refused_at INTEGER NOT NULL DEFAULT 0,
    audit INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_number ON sessions (org, number) WHERE over = 0;
CREATE INDEX sessions_agent ON sessions (agent) WHERE over = 0;
CREATE INDEX sessions_live ON sessions (expires_at) WHERE over = 0;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- An agent's events are numbered from 1 without gaps; the count outlives the events.
CREATE TABLE streams (agent TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE events (
    row INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_agent ON events (agent, seq);

-- What remains of a session: metadata. Rows are written in order and found through the session while it lives, so that a
-- million of them cost a new one nothing.
CREATE TABLE audit (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    session BLOB NOT NULL,
    org TEXT NOT NULL,
    agent TEXT NOT NULL,
    template TEXT,
    kinds TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    opened_at INTEGER,
    answered_at INTEGER,
    verdict_at INTEGER,
    viewed_at INTEGER,
    revealed_at INTEGER,
    ended_at INTEGER,
    outcome TEXT
) STRICT;
