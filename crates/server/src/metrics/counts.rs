use std::sync::atomic::{AtomicU64, Ordering};

use cardkey_licensing::VerdictCode;

use crate::http::Code;

/// A number that only rises.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

/// A counter for each code of a verdict.
#[derive(Debug)]
pub(crate) struct ByVerdict([Counter; VerdictCode::ALL.len()]);

/// A counter for each stable code of a refusal.
#[derive(Debug)]
pub(super) struct ByCode([Counter; Code::ALL.len()]);

/// How often something went well, and how often it was refused and why.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    ok: Counter,
    refused: ByCode,
}

impl Counter {
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) {
        self.add(1);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for ByVerdict {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

impl ByVerdict {
    pub(crate) fn count(&self, code: VerdictCode) {
        self.0[code as usize].count();
    }

    /// Every code with its number.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        VerdictCode::ALL.iter().map(|code| (code.as_str(), self.0[*code as usize].value()))
    }
}

impl Default for ByCode {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

impl ByCode {
    pub(super) fn count(&self, code: Code) {
        self.0[code as usize].count();
    }

    /// The codes that occurred.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let all = Code::ALL.iter().map(|code| (code.as_str(), self.0[*code as usize].value()));
        all.filter(|(_, number)| *number > 0)
    }
}

impl Outcomes {
    /// Counts one that was refused with a code, or went well.
    pub(super) fn count(&self, refused: Option<Code>) {
        match refused {
            Some(code) => self.refused.count(code),
            None => self.ok.count(),
        }
    }

    /// `ok`, and the codes that occurred.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        std::iter::once(("ok", self.ok.value())).chain(self.refused.counted())
    }
}
