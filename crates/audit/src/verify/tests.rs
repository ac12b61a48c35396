use cardkey_crypto::SigningKey;
use cardkey_domain::Secret;
use futures::executor::block_on;

use super::FindingKind as K;
use super::*;
use crate::memory::{Kept, a_record};
use crate::testing::{DAY, World, by_nightly_job};
use crate::{Anchor, ChainKey, Checkpoint, SealedRecord};

/// What is found after somebody changed something in a log of twelve rows with checkpoints at 5 and 10.
fn after(change: impl FnOnce(&mut Kept)) -> Vec<(K, Option<u64>)> {
    let world = World::with_rows(12);
    assert_eq!(world.findings(), []);
    world.chain.with(change);
    world.findings()
}

/// Gives every row from a place on the hash that it should have, as somebody does who knows how.
fn hash_anew(kept: &mut Kept, from: usize) {
    let mut link = if from == 0 { Link::START } else { kept.sealed[from - 1].link };
    for row in &mut kept.sealed[from..] {
        row.link = link.followed_by(&row.record);
        link = row.link;
    }
    kept.head = Some(link);
}

// AUD-06
#[test]
fn a_log_that_nobody_changed_is_well_and_tells_how_far_it_is_signed() {
    let world = World::with_rows(12);
    world.write(40);
    let verified = world.verify();
    assert_eq!((verified.rows, verified.unsealed, verified.findings.total()), (12, 1, 0));
    assert_eq!((verified.checkpoints, verified.anchors), (verified.anchors, verified.checkpoints));
    assert!(verified.signed_up_to >= 10 && verified.head.seq == 12, "{verified:?}");
    assert_eq!(World::new().findings(), [], "an empty one");
}

// AUD-06
#[test]
fn a_changed_row_is_found_with_its_identifier() {
    assert_eq!(after(|kept| kept.sealed[3].record.actor = "somebody".into()), [(K::RowChanged, Some(4))]);
    assert_eq!(after(|kept| kept.sealed[3].record.search.clear()), [(K::RowChanged, Some(4))]);
    let world = World::with_rows(12);
    world.chain.with(|kept| kept.sealed[3].record.details = "{}".into());
    let found = world.verify().findings.kept()[0].clone();
    assert_eq!(found.id, Some(a_record(3).id.to_string()));
    assert!(found.at.is_some());
}

// AUD-06
#[test]
fn a_change_is_found_also_when_every_hash_after_it_is_changed_too() {
    let found = after(|kept| {
        kept.sealed[3].record.actor = "somebody".into();
        hash_anew(kept, 3);
    });
    assert!(found.contains(&(K::CheckpointBroken, Some(5))), "{found:?}");
    assert!(found.iter().all(|(kind, _)| *kind == K::CheckpointBroken));
}

// AUD-06
#[test]
fn a_chain_that_is_signed_anew_by_another_key_is_found() {
    let forger = ChainKey::new(SigningKey::from_seed(&Secret::new([6; 32])));
    let found = after(|kept| {
        kept.sealed[3].record.actor = "somebody".into();
        hash_anew(kept, 3);
        kept.keys = vec![(forger.kid().to_owned(), *forger.public_key().as_bytes())];
        let anew = |old: &Checkpoint| {
            let link = kept.sealed[usize::try_from(old.link.seq).unwrap() - 1].link;
            Checkpoint::take(link, old.at, &forger)
        };
        kept.checkpoints = kept.checkpoints.iter().map(anew).collect();
    });
    assert!(found.contains(&(K::CheckpointForged, Some(5))), "{found:?}");
    assert!(found.contains(&(K::CheckpointBroken, Some(5))), "by the one outside: {found:?}");
}

// AUD-06
#[test]
fn deleted_rows_are_found_at_the_beginning_in_the_middle_and_at_the_end() {
    assert_eq!(after(|kept| drop(kept.sealed.remove(6))), [(K::RowsMissing, Some(7))]);
    assert_eq!(after(|kept| drop(kept.sealed.drain(..3))), [(K::RowsMissing, Some(1))]);
    assert_eq!(after(|kept| kept.sealed.truncate(11)), [(K::RowsMissing, Some(12))]);
    let closed = after(|kept| {
        kept.sealed.remove(6);
        (1..).zip(&mut kept.sealed).for_each(|(seq, row)| row.link.seq = seq);
    });
    assert!(closed.contains(&(K::RowChanged, Some(7))), "the gap was closed: {closed:?}");
}

// AUD-06
#[test]
fn moved_rows_are_found() {
    let swapped = after(|kept| {
        let (one, other) = (kept.sealed[5].record.clone(), kept.sealed[6].record.clone());
        (kept.sealed[5].record, kept.sealed[6].record) = (other, one);
    });
    assert_eq!(swapped, [(K::RowChanged, Some(6)), (K::RowChanged, Some(7))]);
    let with_hashes = after(|kept| {
        let seqs = (kept.sealed[5].link.seq, kept.sealed[6].link.seq);
        (kept.sealed[6].link.seq, kept.sealed[5].link.seq) = seqs;
    });
    assert!(with_hashes.contains(&(K::RowChanged, Some(6))), "{with_hashes:?}");
}

// AUD-06
#[test]
fn added_rows_are_found() {
    let inserted = after(|kept| {
        let link = kept.sealed[5].link;
        kept.sealed.insert(6, SealedRecord { link: Link { seq: 7, ..link }, record: a_record(90) });
        (8..).zip(&mut kept.sealed[7..]).for_each(|(seq, row)| row.link.seq = seq);
    });
    assert!(inserted.contains(&(K::RowChanged, Some(7))), "{inserted:?}");
    let beyond = after(|kept| {
        let record = a_record(90);
        kept.sealed.push(SealedRecord { link: kept.head.unwrap().followed_by(&record), record });
    });
    assert_eq!(beyond, [(K::RowBeyondHead, Some(13))]);
    // Left to the sealer as if it were new.
    let old = || crate::AuditRecord { id: uuid::Uuid::from_u128(1), ..a_record(1) };
    assert_eq!(after(|kept| kept.unsealed.push(old())), [(K::RowOutOfTime, None)]);
    let world = World::with_rows(12);
    world.chain.with(|kept| kept.unsealed.push(old()));
    block_on(world.sealer().turn()).unwrap();
    assert_eq!(world.findings(), [(K::RowOutOfTime, Some(13))]);
}

// AUD-06
#[test]
fn an_end_that_is_cut_off_is_found_also_with_its_checkpoints() {
    let cut = |kept: &mut Kept| {
        kept.sealed.truncate(7);
        kept.head = Some(kept.sealed[6].link);
    };
    let found = after(cut);
    assert!(
        found.iter().all(|(kind, _)| *kind == K::Truncated) && found.contains(&(K::Truncated, Some(10))),
        "{found:?}"
    );
    let with_checkpoints = after(|kept| {
        cut(kept);
        kept.checkpoints.retain(|checkpoint| checkpoint.link.seq <= 7);
    });
    assert!(with_checkpoints.contains(&(K::Truncated, Some(10))), "by the one outside: {with_checkpoints:?}");
    let everything = after(|kept| {
        kept.sealed.clear();
        kept.checkpoints.clear();
        kept.head = Some(Link::START);
    });
    assert!(everything.contains(&(K::Truncated, Some(5))), "{everything:?}");
}

// AUD-06
#[test]
fn a_head_that_is_gone_or_wrong_is_found() {
    assert!(after(|kept| kept.head = None).contains(&(K::HeadGone, None)));
    let wrong = after(|kept| kept.head = Some(Link { seq: 12, hash: [9; 32] }));
    assert_eq!(wrong, [(K::HeadChanged, Some(12))]);
}

// AUD-06
#[test]
fn lines_outside_the_database_that_are_damaged_or_forged_are_found() {
    let world = World::with_rows(12);
    let forger = ChainKey::new(SigningKey::from_seed(&Secret::new([6; 32])));
    let checkpoint =
        Checkpoint { kid: world.key.kid().into(), ..Checkpoint::take(Link::START, world.ambient.now(), &forger) };
    let forged = Anchor { checkpoint, public_key: world.key.public_key() };
    world.anchors.with(|lines| lines.extend(["nonsense".to_owned(), forged.to_line()]));
    assert_eq!(world.findings(), [(K::AnchorUnreadable, None), (K::CheckpointForged, Some(0))]);
}

// AUD-05, AUD-06
#[test]
fn the_chain_goes_on_through_archives_and_what_is_done_to_them_is_found() {
    let archived = || {
        let world = World::with_rows(12);
        world.clock.advance(DAY * 32);
        assert_eq!(block_on(world.retention().run(&by_nightly_job())).unwrap().rows, 12);
        world.write(60_000);
        block_on(world.sealer().close()).unwrap();
        let verified = world.verify();
        assert_eq!((verified.archived_rows, verified.findings.kept()), (12, &[][..]));
        world
    };
    let file = |world: &World| world.folder.with(|files| files.keys().next().unwrap().clone());
    let change = |change: fn(&mut String)| {
        let world = archived();
        let name = file(&world);
        world.folder.with(|files| change(files.get_mut(&name).unwrap()));
        world.findings()
    };
    let edited = change(|text| *text = text.replacen("nobody", "anyone", 1));
    assert_eq!(edited[..2], [(K::ArchiveChanged, Some(1)), (K::RowChanged, Some(1))], "{edited:?}");
    let shortened = change(|text| *text = text.lines().take(10).map(|line| format!("{line}\n")).collect());
    assert_eq!(shortened, [(K::ArchiveChanged, Some(1)), (K::RowsMissing, Some(11))]);

    let gone = archived();
    gone.folder.with(std::collections::BTreeMap::clear);
    assert_eq!(gone.findings(), [(K::ArchiveMissing, Some(1))]);
    let forgotten = archived();
    forgotten.chain.with(|kept| kept.archives.clear());
    assert!(forgotten.findings().contains(&(K::RowsMissing, Some(1))));
    let too_early = archived();
    too_early.chain.with(|kept| kept.archives[0].deleted_at = Some(too_early.ambient.now()));
    assert_eq!(too_early.findings(), [(K::ArchiveMissing, Some(1))]);
    let forged = archived();
    forged.chain.with(|kept| kept.archives[0].newest_at = Timestamp::EPOCH);
    assert_eq!(forged.findings(), [(K::ArchiveForged, Some(1))]);
}
