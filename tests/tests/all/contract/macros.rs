/// Turns the body of a test into one test per store: `name::memory`, `name::sqlite`, `name::postgres` and `name::mariadb`.
macro_rules! contract {
    ($service:ident; $($(#[$attribute:meta])* async fn $name:ident($store:ident) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn body($store: $crate::contract::stores::$service) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn memory() {
                body($crate::contract::stores::$service::in_memory()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::contract::stores::$service::on(cardkey_tests::Backend::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::contract::stores::$service::on(cardkey_tests::Backend::Postgres).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                body($crate::contract::stores::$service::on(cardkey_tests::Backend::MariaDb).await).await;
            }
        }
    )+};
}

/// Does something in a unit of work and commits it.
macro_rules! commit {
    ($store:expr, $work:ident => $body:expr) => {{
        let mut $work = $store.begin().await.unwrap();
        let result = $body;
        $work.commit().await.unwrap();
        result
    }};
}

/// Does something in a unit of work that is dropped after.
macro_rules! drop_after {
    ($store:expr, $work:ident => $body:expr) => {{
        let mut $work = $store.begin().await.unwrap();
        $body
    }};
}

/// Does what breaks a promise, which is told at once or later, by the commit at the latest; returns the error.
macro_rules! refused {
    ($store:expr, $work:ident => $body:expr) => {{
        let mut $work = $store.begin().await.unwrap();
        match $body {
            Err(error) => error,
            Ok(()) => $work.commit().await.unwrap_err(),
        }
    }};
}
