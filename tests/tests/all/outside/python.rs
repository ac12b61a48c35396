use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cardkey_tests::OutsideProgram;

/// A Python of our own under target/, with PyJWT and websockets from PyPI; made once. Tests are processes that start together: one makes it, the others
/// wait.
pub(super) fn python_with_libraries() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let turn = File::create(folder.with_extension("lock")).unwrap();
    turn.lock().unwrap();
    let python = folder.join("bin/python");
    let has_it = || {
        Command::new(&python)
            .args(["-c", "import jwt, cryptography, websockets.asyncio.client"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if !has_it() {
        let system = OutsideProgram::PYTHON.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
        insist(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder).output().unwrap());
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "PyJWT[crypto]>=2.10,<3",
            "websockets>=14,<17",
        ];
        insist(Command::new(&python).args(pip).output().unwrap());
    }
    python
}

/// The output of a program that must succeed.
pub(super) fn insist(output: Output) -> Output {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
