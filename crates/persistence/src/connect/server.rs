use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::Executor;

use super::{ConnectError, Connected, open, options};

/// What every connection to PostgreSQL is told first: nobody waits long for a lock, no statement or forgotten transaction runs for ever.
const POSTGRES: [&str; 4] = [
    "SET lock_timeout = '5s'",
    "SET statement_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET default_transaction_isolation = 'read committed'",
];

/// The same for MySQL and MariaDB. Under REPEATABLE READ a conditional write would be judged by an old snapshot and take gap locks.
const MYSQL: [&str; 2] =
    ["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET SESSION innodb_lock_wait_timeout = 5"];

/// A connection unused for so long is tested before it is handed out.
const TRUSTED_FOR: Duration = Duration::from_secs(10);

pub(super) async fn connect(url: &str, pool: u32) -> Result<Connected, ConnectError> {
    Ok(Connected::Server(open(prepared(url, pool)).await?))
}

fn prepared(url: &str, pool: u32) -> ConnectOptions {
    let mut options = options(url, pool.max(2));
    options
        .test_before_acquire_if_idle_for(TRUSTED_FOR)
        .set_application_name("cardkey")
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_connect(|connection, _| {
                Box::pin(async move {
                    for statement in POSTGRES {
                        connection.execute(statement).await?;
                    }
                    Ok(())
                })
            })
        })
        .map_sqlx_mysql_pool_opts(|pool| {
            pool.after_connect(|connection, _| {
                Box::pin(async move {
                    for statement in MYSQL {
                        connection.execute(statement).await?;
                    }
                    Ok(())
                })
            })
        });
    options
}
