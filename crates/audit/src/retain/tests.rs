use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use futures::executor::block_on;

use super::*;
use crate::ArchiveReader;
use crate::memory::MemoryFolder;
use crate::testing::{DAY, LIMITS, World, by_nightly_job};

fn run(world: &World) -> Retained {
    block_on(world.retention().run(&by_nightly_job())).unwrap()
}

fn old_world() -> World {
    // Over three days: a row a minute, from 08:00 on the first.
    let world = World::with_rows(2 * 1_440);
    world.clock.advance(LIMITS.hot + DAY);
    world
}

// AUD-05
#[test]
fn old_rows_go_to_a_file_a_day_and_young_ones_stay() {
    let world = old_world();
    world.write(47_000);
    block_on(world.sealer().turn()).unwrap();
    assert_eq!(run(&world), Retained { files: 3, rows: 2 * 1_440, expired_files: 0 });
    let archives = world.chain.with(|kept| kept.archives.clone());
    assert!(archives.windows(2).all(|two| two[0].last == two[1].before), "{archives:?}");
    assert!(archives[0].file.starts_with("audit-2027-01-15-000000000001-"), "{}", archives[0].file);
    assert_eq!(world.folder.with(|files| files.len()), 3);
    assert_eq!(world.chain.with(|kept| kept.sealed.len()), 1);
    let written: Vec<String> = world.chain.with(|kept| kept.unsealed.iter().map(|row| row.action.clone()).collect());
    assert_eq!(written, ["audit_log.archive"; 3]);
    assert_eq!(run(&world), Retained::default(), "nothing is left to do");
    assert_eq!(world.findings(), []);
}

// AUD-05
#[test]
fn an_archive_is_deleted_after_its_year_and_the_chain_goes_on() {
    let world = old_world();
    run(&world);
    block_on(world.sealer().close()).unwrap();
    world.clock.advance(LIMITS.archived - DAY * 4);
    assert_eq!(run(&world).expired_files, 0);
    world.clock.advance(DAY * 6);
    assert_eq!(run(&world).expired_files, 3);
    block_on(world.sealer().close()).unwrap();
    let verified = world.verify();
    assert_eq!((verified.expired_rows, verified.findings.kept()), (2 * 1_440, &[][..]));
}

// AUD-05
#[test]
fn rows_whose_archive_is_damaged_before_they_are_deleted_stay() {
    let world = old_world();
    let hot = world.chain.with(|kept| kept.sealed.clone());
    run(&world);
    // As if the process had ended before it deleted the rows of the last file, which is damaged meanwhile.
    world.chain.with(|kept| kept.sealed = hot);
    world.folder.with(|files| files.values_mut().for_each(|text| text.push('x')));
    let refused = block_on(world.retention().run(&by_nightly_job()));
    assert!(matches!(refused, Err(RetainError::Changed(_))), "{refused:?}");
    assert_eq!(world.chain.with(|kept| kept.sealed.len()), 2 * 1_440);
}

// AUD-05
#[test]
fn a_run_that_ends_at_any_step_loses_nothing_and_the_next_one_goes_on() {
    for steps in 0.. {
        let world = World::with_rows(1_500);
        world.clock.advance(LIMITS.hot + DAY * 2);
        let ending = Arc::new(Ending { folder: world.folder.clone(), left: Arc::new(AtomicU32::new(steps)) });
        let done = block_on(world.retention_in(ending).run(&by_nightly_job())).is_ok();
        let (hot, archived) =
            world.chain.with(|kept| (kept.sealed.len() as u64, kept.archives.iter().map(Archive::rows).sum::<u64>()));
        assert!(hot + archived >= 1_500, "step {steps}: {hot} and {archived}");
        block_on(world.sealer().close()).unwrap();
        assert_eq!(world.findings(), [], "step {steps}");
        run(&world);
        // What a run that ended left behind may be another run's until more is noted; the next one knows.
        run(&world);
        block_on(world.sealer().close()).unwrap();
        let verified = world.verify();
        assert_eq!((verified.archived_rows, verified.findings.total()), (1_500, 0), "step {steps}");
        assert_eq!(
            world.folder.with(|files| files.len()),
            world.chain.with(|kept| kept.archives.len()),
            "step {steps}"
        );
        if done {
            return;
        }
    }
}

/// A folder that fails after so many steps and never works again: as for a process that ends.
struct Ending {
    folder: MemoryFolder,
    left: Arc<AtomicU32>,
}

struct EndingWriter {
    writer: Box<dyn ArchiveWriter>,
    left: Arc<AtomicU32>,
}

fn step(left: &AtomicU32) -> io::Result<()> {
    let left = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    left.map(|_| ()).map_err(|_| io::Error::other("the process ended"))
}

#[async_trait]
impl ArchiveWriter for EndingWriter {
    async fn write(&mut self, lines: String) -> io::Result<()> {
        step(&self.left)?;
        self.writer.write(lines).await
    }

    async fn finish(self: Box<Self>) -> io::Result<[u8; 32]> {
        step(&self.left)?;
        let digest = self.writer.finish().await?;
        step(&self.left)?;
        Ok(digest)
    }
}

#[async_trait]
impl ArchiveFolder for Ending {
    async fn create(&self, name: &str) -> io::Result<Box<dyn ArchiveWriter>> {
        step(&self.left)?;
        let writer = self.folder.create(name).await?;
        Ok(Box::new(EndingWriter { writer, left: self.left.clone() }))
    }
    async fn open(&self, name: &str) -> io::Result<Box<dyn ArchiveReader>> {
        self.folder.open(name).await
    }
    async fn digest(&self, name: &str) -> io::Result<[u8; 32]> {
        step(&self.left)?;
        let digest = self.folder.digest(name).await;
        step(&self.left)?;
        digest
    }
    async fn names(&self) -> io::Result<Vec<String>> {
        self.folder.names().await
    }
    async fn remove(&self, name: &str) -> io::Result<()> {
        step(&self.left)?;
        self.folder.remove(name).await
    }
}
