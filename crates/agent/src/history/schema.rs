//! Tables, and how an older file becomes today's. A step is never changed once it was released; a new one is added.

use rusqlite::Connection;

/// `user_version` counts the steps a file has taken.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE sessions (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL UNIQUE,
        service TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        subject TEXT NOT NULL,
        template TEXT,
        fields TEXT NOT NULL,
        began TEXT NOT NULL,
        ttl_secs INTEGER NOT NULL,
        opened_at INTEGER,
        viewed_at INTEGER,
        revealed_at INTEGER,
        ended_at INTEGER,
        outcome TEXT
    ) STRICT;
    CREATE INDEX sessions_running ON sessions (row) WHERE outcome IS NULL;
    CREATE TABLE spent (session_id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT;
    ",
    // Search by any three letters; filters; the chain of seals.
    "
    CREATE VIRTUAL TABLE search USING fts5 (
        subject, template, fields,
        content = 'sessions', content_rowid = 'row', tokenize = 'trigram remove_diacritics 1', columnsize = 0
    );
    CREATE TRIGGER sessions_added AFTER INSERT ON sessions BEGIN
        INSERT INTO search (rowid, subject, template, fields) VALUES (new.row, new.subject, new.template, new.fields);
    END;
    CREATE TRIGGER sessions_gone AFTER DELETE ON sessions BEGIN
        INSERT INTO search (search, rowid, subject, template, fields)
        VALUES ('delete', old.row, old.subject, old.template, old.fields);
    END;
    INSERT INTO search (search) VALUES ('rebuild');
    CREATE INDEX sessions_by_outcome ON sessions (outcome, row);
    CREATE INDEX sessions_by_template ON sessions (template, row);
    CREATE INDEX sessions_by_time ON sessions (created_at, row);
    CREATE TABLE chain (seq INTEGER PRIMARY KEY, row INTEGER NOT NULL UNIQUE, mac BLOB NOT NULL) STRICT;
    CREATE TABLE chain_ends (which TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, mac BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
    ",
];

/// Takes the steps a file has not taken yet, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let taken: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (number, step) in STEPS.iter().enumerate().skip(taken) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_first_version_becomes_todays_and_keeps_its_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO sessions (session_id, service, created_at, subject, fields, began, ttl_secs)
                 VALUES ('a', 'practice', 1, 'Ticket 4812', '[]', 'recipient', 120)",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let found: i64 = connection
            .query_row("SELECT count(*) FROM search WHERE search MATCH '812'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, 1);
    }
}
