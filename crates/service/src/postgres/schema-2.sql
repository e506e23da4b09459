-- Version 2. What makes a profile worth trusting, and what an organization allows. policy is JSON, as the API says it; none: the
-- default. A domain's challenge is published by whoever holds it, and is no secret.

ALTER TABLE orgs ADD COLUMN policy TEXT;

CREATE TABLE logos (
    org TEXT COLLATE "C" PRIMARY KEY REFERENCES orgs (handle),
    digest TEXT COLLATE "C" NOT NULL,
    png BYTEA NOT NULL
);
CREATE INDEX logos_digest ON logos (digest);

CREATE TABLE domains (
    org TEXT COLLATE "C" NOT NULL REFERENCES orgs (handle),
    name TEXT COLLATE "C" NOT NULL,
    challenge TEXT NOT NULL,
    method TEXT,
    verified_at BIGINT,
    lost_at BIGINT,
    PRIMARY KEY (org, name)
);
