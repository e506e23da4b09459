-- Version 2. Shared templates: what is asked for, never an answer. The history is read by organization, newest first.

CREATE TABLE templates (
    org TEXT NOT NULL REFERENCES orgs (handle),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_org ON audit (org);
