//! Directory and audit, in the embedded database on a real file and in a real PostgreSQL, are held to one contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
mod shared;

use countersign_service::clock::ManualClock;
use std::sync::Arc;

mod sqlite {
    use super::*;
    use countersign_service::audit::SqliteAudit;
    use countersign_service::directory::SqliteDirectory;
    use countersign_service::sqlite::Database;
    use shared::Party;

    async fn party() -> Party {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        // Opened twice, as a subcommand does beside the running service.
        let [one, two] = [(); 2].map(|()| Database::open(folder.path()).unwrap());
        Party {
            directory: Arc::new(SqliteDirectory::new(one.clone(), clock.clone())),
            other: Arc::new(SqliteDirectory::new(two.clone(), clock.clone())),
            audit: Arc::new(SqliteAudit::new(one)),
            other_audit: Arc::new(SqliteAudit::new(two)),
            clock,
            _kept: Box::new(folder),
        }
    }

    shared::suite!(party);
}

mod postgres {
    use super::*;
    use countersign_service::audit::PostgresAudit;
    use countersign_service::directory::PostgresDirectory;
    use countersign_service::postgres::Postgres;
    use shared::Party;

    async fn party() -> Party {
        let cluster = common::postgres::shared().await;
        let url = cluster.database().await.parse().unwrap();
        let clock = Arc::new(ManualClock::default());
        // Two nodes, each with connections of its own, that start together.
        let (one, two) = tokio::join!(Postgres::open(&url), Postgres::open(&url));
        let (one, two) = (one.unwrap(), two.unwrap());
        Party {
            directory: Arc::new(PostgresDirectory::new(one.clone(), clock.clone())),
            other: Arc::new(PostgresDirectory::new(two.clone(), clock.clone())),
            audit: Arc::new(PostgresAudit::new(one)),
            other_audit: Arc::new(PostgresAudit::new(two)),
            clock,
            _kept: Box::new(cluster),
        }
    }

    shared::suite!(party);
}
