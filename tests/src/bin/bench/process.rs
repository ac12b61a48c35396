use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Processor time of a process by the names of its threads, a trailing number removed.
#[derive(Debug, Clone, Default)]
pub(crate) struct CpuTime(BTreeMap<String, Duration>);

impl CpuTime {
    /// What the process has used so far.
    pub(crate) fn of(pid: u32) -> Self {
        let mut times = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            let spent = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let nanos = spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
            let name = name.trim().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '#' | ' '));
            *times.entry(name.to_owned()).or_default() += Duration::from_nanos(nanos);
        }
        Self(times)
    }

    /// What was used since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let less = |(name, time): (&String, &Duration)| {
            (name.clone(), time.saturating_sub(earlier.0.get(name).copied().unwrap_or_default()))
        };
        Self(self.0.iter().map(less).collect())
    }

    pub(crate) fn total(&self) -> Duration {
        self.0.values().sum()
    }

    /// The threads that took a share worth naming, the busiest first: `actix-rt 80 %, sqlx 20 %`.
    pub(crate) fn shares(&self) -> String {
        let total = self.total().as_secs_f64().max(f64::EPSILON);
        let mut threads: Vec<(&String, f64)> =
            self.0.iter().map(|(name, time)| (name, time.as_secs_f64() / total * 100.0)).collect();
        threads.retain(|(_, share)| *share >= 1.0);
        threads.sort_by(|one, other| other.1.total_cmp(&one.1));
        let text: Vec<String> = threads.iter().map(|(name, share)| format!("`{name}` {share:.0} %")).collect();
        text.join(", ")
    }
}

/// The processes that a process has started.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let texts = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// Asks a process to end; it may be gone already.
pub(crate) fn terminate(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

impl std::ops::AddAssign for CpuTime {
    fn add_assign(&mut self, more: Self) {
        for (name, time) in more.0 {
            *self.0.entry(name).or_default() += time;
        }
    }
}

/// Resident memory now and at its highest, in MiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) resident: f64,
    pub(crate) peak: f64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1_024.0
        };
        Self { resident: field("VmRSS:"), peak: field("VmHWM:") }
    }

    /// Without what the process shares with others, where several are to be added up.
    pub(crate) fn own_of(pid: u32) -> Self {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
        let resident = line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1_024.0;
        Self { resident, peak: resident }
    }

    /// Of both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { resident: self.resident + other.resident, peak: self.peak + other.peak }
    }
}
