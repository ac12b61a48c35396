use std::collections::HashSet;

use cardkey_domain::Validity;

use super::*;
use crate::model::AppPolicy;
use crate::testing::{World, block_on};

#[test]
fn an_export_walks_the_whole_batch_and_is_written_down() {
    // CARD-03, CARD-09
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let batch = world.batch(app.id, 2_300, Validity::Permanent, None);
    for _ in 0..3 {
        block_on(world.licensing.generate_next_chunk(&world.operator(), batch.id)).unwrap();
    }
    let mut export = block_on(world.licensing.export_batch(&world.operator(), batch.id, "csv")).unwrap();
    let mut seen = HashSet::new();
    loop {
        let step = block_on(world.licensing.export_step(&mut export)).unwrap();
        if step.is_empty() {
            break;
        }
        assert!(step.len() <= 1_000);
        for (card, code) in step {
            assert_eq!(card.masked, code.masked());
            seen.insert(code.expose_grouped());
        }
    }
    assert_eq!(seen.len(), 2_300);
    assert_eq!(world.deeds().last().map(String::as_str), Some("batch.export"));
    let unknown = block_on(world.licensing.export_batch(&world.operator(), world.ambient.id(), "csv"));
    assert!(matches!(unknown, Err(ExportError::NotFound)));
}
