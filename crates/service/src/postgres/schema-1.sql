-- Version 1. What several nodes share. Texts sort by their bytes, as in the embedded database. Tokens and codes are SHA-256;
-- nothing here is a value, a passcode or anything that could be tested against one. Times are milliseconds since 1970.

CREATE TABLE countersign_schema (
    version BIGINT NOT NULL PRIMARY KEY,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE orgs (
    handle TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    description TEXT NOT NULL,
    website TEXT NOT NULL,
    channels TEXT NOT NULL,
    practice BOOLEAN NOT NULL
);

CREATE TABLE agents (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    org TEXT COLLATE "C" NOT NULL REFERENCES orgs (handle),
    name TEXT COLLATE "C" NOT NULL,
    role TEXT NOT NULL,
    token BYTEA UNIQUE,
    revoked BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX agents_org ON agents (org, name, id);

CREATE TABLE enrollments (
    code BYTEA NOT NULL PRIMARY KEY,
    agent TEXT COLLATE "C" NOT NULL REFERENCES agents (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX enrollments_agent ON enrollments (agent);

CREATE TABLE templates (
    org TEXT COLLATE "C" NOT NULL REFERENCES orgs (handle),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (org, id)
);

-- What the service knows of itself: its public origin, and how often tokens have become void.
CREATE TABLE facts (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, value TEXT NOT NULL);

-- What remains of a session: metadata. New rows are added by one transaction at a time, so that seq grows in the order in
-- which rows become visible: who reads on from the last seq misses none. The unique index serves retention, too.
CREATE TABLE audit (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session BYTEA NOT NULL,
    org TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    template TEXT,
    kinds TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    opened_at BIGINT,
    answered_at BIGINT,
    verdict_at BIGINT,
    viewed_at BIGINT,
    revealed_at BIGINT,
    ended_at BIGINT,
    outcome TEXT,
    UNIQUE (created_at, session)
);
CREATE INDEX audit_org ON audit (org, seq);
