use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};

/// A connection kept at hand. The pool would ping each one after every single statement, which doubles what a read costs; sea-orm lends a
/// connection for longer only as a transaction, so this is one that was ended at once. Statements are transactions of their own, and
/// `BEGIN` and `COMMIT` are sent as they are.
pub(super) struct Pinned(DatabaseTransaction);

impl Pinned {
    pub(super) async fn open(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let pinned = pool.begin().await?;
        pinned.execute_unprepared("ROLLBACK").await?;
        Ok(Self(pinned))
    }

    /// Where its statements go.
    pub(super) fn on(&self) -> &DatabaseTransaction {
        &self.0
    }

    /// Runs statements without values.
    pub(super) async fn run(&self, sql: &str) -> Result<(), DbErr> {
        self.0.execute_unprepared(sql).await.map(|_| ())
    }
}
