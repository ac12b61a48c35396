/// Turns the body of a test into one test per database: `name::sqlite`, `name::postgres` and `name::mariadb`.
///
/// ```ignore
/// on_each_database! {
///     // CARD-06
///     async fn a_card_key_is_redeemed_once(database: Database) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($database:ident: Database) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn body($database: $crate::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::Database::create($crate::Backend::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::Database::create($crate::Backend::Postgres)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                body($crate::Database::create($crate::Backend::MariaDb)).await;
            }
        }
    )+};
}
