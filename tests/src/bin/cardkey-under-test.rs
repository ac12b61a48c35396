//! The program `cardkey` itself, built with the tests so that it is never older than they are.

fn main() -> std::process::ExitCode {
    cardkey_server::cli::main()
}
