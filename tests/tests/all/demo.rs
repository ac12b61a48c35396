use cardkey_tests::demo::{Step, play};
use cardkey_tests::on_each_database;

on_each_database! {
    // CARD-02, CARD-03, CARD-06, CARD-08, CARD-10, DEV-08, LIC-01, LIC-04, AUTH-02, SDK-01
    async fn the_whole_story_from_the_first_start_to_a_card_key_that_is_shut_off(database: Database) {
        let mut told = Vec::new();
        let outcome = play(database, 1_000, &mut |step: &Step| told.push(step.what)).await;
        assert_eq!(outcome, Ok(()), "after {told:#?}");
        assert!(told.contains(&"starts the program offline"), "{told:#?}");
    }
}
