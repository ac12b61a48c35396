use futures::executor::block_on;

use super::*;
use crate::memory::a_record;
use crate::testing::World;

// AUD-06
#[test]
fn rows_get_their_places_in_the_order_in_which_they_become_visible() {
    let world = World::new();
    world.write(3);
    assert_eq!(block_on(world.sealer().turn()).unwrap().rows, 1);
    // Written before, committed after.
    world.write(1);
    world.write(2);
    assert_eq!(block_on(world.sealer().turn()).unwrap().rows, 2);
    assert_eq!(block_on(world.sealer().turn()).unwrap().rows, 0);
    let placed: Vec<_> = world.chain.with(|kept| kept.sealed.iter().map(|row| (row.link.seq, row.record.id)).collect());
    assert_eq!(placed, [(1, a_record(3).id), (2, a_record(1).id), (3, a_record(2).id)]);
    assert_eq!(world.findings(), []);
}

// AUD-06
#[test]
fn a_sealer_that_was_overtaken_seals_nothing() {
    let world = World::with_rows(3);
    let seen = block_on(world.chain.head()).unwrap().unwrap();
    world.write(8);
    block_on(world.sealer().turn()).unwrap();
    let record = a_record(9);
    let late = SealedRecord { link: seen.followed_by(&record), record };
    assert!(!block_on(world.chain.seal(&seen, &[late])).unwrap());
    assert_eq!(world.verify().rows, 4);
}

// AUD-06
#[test]
fn a_checkpoint_is_taken_a_minute_after_the_last_or_after_many_rows_and_only_of_something_new() {
    let world = World::new();
    let turn = || block_on(world.sealer().turn()).unwrap().checkpoint.map(|checkpoint| checkpoint.link.seq);
    assert_eq!(turn(), None, "of nothing");
    world.write(0);
    assert_eq!(turn(), Some(1));
    world.clock.advance(UNMARKED_FOR);
    assert_eq!(turn(), None, "of nothing new");
    world.write(1);
    assert_eq!(turn(), Some(2));
    world.write(2);
    assert_eq!(turn(), None, "too early");
    (0..u32::try_from(MOST_UNMARKED).unwrap()).for_each(|number| world.write(10 + number));
    assert_eq!(turn(), None, "it comes after the last of them");
    assert_eq!((turn(), turn()), (None, Some(MOST_UNMARKED + 3)));
    world.write(5);
    assert_eq!(block_on(world.sealer().close()).unwrap().checkpoint.unwrap().link.seq, MOST_UNMARKED + 4);
    assert_eq!(world.anchors.with(|lines| lines.len()), 4);
}
