use std::fs;
use std::path::Path;
use std::process::Command;

/// The machine and the programs, as lines of a list.
pub(crate) fn describe(server: &Path) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1_048_576.0;
    let size = fs::metadata(server).map_or(0, |file| file.len()) / 1_048_576;
    vec![
        format!(
            "{cores} cores of {}, shared by server, database and load program",
            field("/proc/cpuinfo", "model name")
        ),
        format!("{memory:.0} GiB of memory; data folders in {}", std::env::temp_dir().display()),
        format!("Linux {}", first_line(Command::new("uname").args(["-r", "-m"]))),
        first_line(Command::new("rustc").arg("--version")),
        format!("cardkey {} ({size} MiB, release build), production mode, default settings", env!("CARGO_PKG_VERSION")),
        first_line(Command::new("psql").arg("--version")),
        first_line(Command::new("sh").args(["-c", "wrk -v | head -1"])),
    ]
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    output.unwrap_or_default().lines().next().unwrap_or("unknown").to_owned()
}
