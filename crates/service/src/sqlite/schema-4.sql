-- Version 4. What makes a profile worth trusting, and what an organization allows. policy is JSON, as the API says it; none: the
-- default. A domain's challenge is published by whoever holds it, and is no secret.

ALTER TABLE orgs ADD COLUMN policy TEXT;

CREATE TABLE logos (
    org TEXT NOT NULL PRIMARY KEY REFERENCES orgs (handle),
    digest TEXT NOT NULL,
    png BLOB NOT NULL
) STRICT;
CREATE INDEX logos_digest ON logos (digest);

CREATE TABLE domains (
    org TEXT NOT NULL REFERENCES orgs (handle),
    name TEXT NOT NULL,
    challenge TEXT NOT NULL,
    method TEXT,
    verified_at INTEGER,
    lost_at INTEGER,
    PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
