use std::fs;

/// What the kernel knows of this process. `None` where it does not tell, as on systems other than Linux.
#[derive(Debug, Default)]
pub(super) struct Process {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) resident_bytes: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) open_files: Option<usize>,
}

/// The unit in which Linux tells programs of CPU time is a hundredth of a second on every machine that this program is built for.
const TICKS_PER_SECOND: f64 = 100.0;

impl Process {
    pub(super) fn look() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let of_status = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Self {
            cpu_seconds: fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_seconds(&stat)),
            resident_bytes: of_status("VmRSS").map(|kibibytes| kibibytes * 1_024),
            threads: of_status("Threads"),
            open_files: fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
        }
    }
}

/// User and system time: fields 14 and 15, counted behind the name, which may hold blanks and brackets (proc(5)).
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    // OPS-06
    #[test]
    fn cpu_time_is_read_behind_a_name_with_brackets() {
        let stat = "42 (card) key) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 100 1000 200";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds("rubbish"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_threads_and_files() {
        let process = Process::look();
        assert!(process.resident_bytes > Some(1_000_000), "{process:?}");
        assert!(process.threads >= Some(1) && process.open_files > Some(2), "{process:?}");
        assert!(process.cpu_seconds.is_some());
    }
}
