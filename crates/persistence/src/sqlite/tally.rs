use std::sync::atomic::{AtomicU64, Ordering};

/// Classes of sizes: 1, 2, 4, … 256.
const CLASSES: usize = 9;

/// How many units of work shared each commit.
#[derive(Debug, Default)]
pub(super) struct GroupSizes {
    classes: [AtomicU64; CLASSES],
    units: AtomicU64,
}

impl GroupSizes {
    /// Counts a commit of so many units.
    pub(super) fn count(&self, units: usize) {
        let class = units.max(1).next_power_of_two().trailing_zeros() as usize;
        self.classes[class.min(CLASSES - 1)].fetch_add(1, Ordering::Relaxed);
        self.units.fetch_add(units as u64, Ordering::Relaxed);
    }

    /// The largest size of each class, with its number.
    pub(super) fn classes(&self) -> Vec<(usize, u64)> {
        self.classes.iter().enumerate().map(|(class, count)| (1 << class, count.load(Ordering::Relaxed))).collect()
    }

    /// Units in all of them.
    pub(super) fn units(&self) -> u64 {
        self.units.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // OPS-06
    #[test]
    fn a_group_counts_in_the_smallest_class_that_holds_it() {
        let sizes = GroupSizes::default();
        for units in [1, 2, 3, 4, 5, 255, 256] {
            sizes.count(units);
        }
        assert_eq!(sizes.classes(), [(1, 1), (2, 1), (4, 2), (8, 1), (16, 0), (32, 0), (64, 0), (128, 0), (256, 2)]);
        assert_eq!(sizes.units(), 526);
    }
}
