-- Version 3. Sessions may live in another store; it hands over what remains of them, again and again as they go on. Rows that
-- came so are found by their session; those of sessions in this database are found through them and cost no index.

ALTER TABLE audit ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX audit_recorded ON audit (created_at, session) WHERE recorded = 1;
