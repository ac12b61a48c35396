use super::{is_in_memory, is_new_enough};

// OPS-02
#[test]
fn a_library_that_can_corrupt_is_refused() {
    assert!(!is_new_enough("3.51.2"));
    assert!(!is_new_enough("3.50.9"));
    assert!(!is_new_enough(""));
    assert!(is_new_enough("3.51.3"));
    assert!(is_new_enough("3.52.0"));
    assert!(is_new_enough("4.0"));
}

// NFR-02
#[test]
fn a_database_in_memory_is_known_by_its_url() {
    assert!(is_in_memory("sqlite::memory:"));
    assert!(is_in_memory("sqlite:file.db?mode=memory"));
    assert!(!is_in_memory("sqlite:///var/lib/cardkey/cardkey.db"));
}
