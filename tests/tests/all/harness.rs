use std::time::Duration;

use cardkey_tests::{Backend, Database, on_each_database, until};

on_each_database! {
    // TEST-01
    async fn each_test_gets_an_empty_database_of_its_own(database: Database) {
        let other = Database::create(database.backend());
        assert_ne!(database.url(), other.url());
    }
}

#[tokio::test]
#[should_panic(expected = "in vain for a blue moon")]
async fn waiting_has_an_end() {
    until("a blue moon", Duration::from_millis(1), async || None::<()>).await;
}

#[test]
fn a_database_file_goes_with_its_test() {
    let database = Database::create(Backend::Sqlite);
    let file = database.url().trim_start_matches("sqlite://").to_owned();
    let folder = std::path::Path::new(&file).parent().unwrap().to_owned();
    assert!(folder.is_dir());
    drop(database);
    assert!(!folder.exists());
}
