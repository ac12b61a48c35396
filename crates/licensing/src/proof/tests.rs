use super::*;

#[test]
fn a_proof_is_used_once_and_forgotten_when_it_is_too_old_anyway() {
    // DEV-08, TOK-06
    let memory = RecentProofs::default();
    let at = Timestamp::from_seconds;
    assert!(memory.first_use([1; 32], at(160), at(100)));
    assert!(!memory.first_use([1; 32], at(160), at(160)));
    assert!(memory.first_use([2; 32], at(260), at(200)));
    let recent = memory.0.lock().unwrap();
    assert_eq!((recent.seen.len(), recent.by_end.len()), (1, 1));
}
