//! The product's program as a process of its own, on a free port, with an empty data folder: what black-box tests talk to.

mod embedded;
mod process;
mod program;
mod settings;
mod timed;

pub use embedded::Embedded;
pub use process::{Node, Server};
pub use program::{Ended, program, run_to_end};
pub use settings::{ADMIN_PASSWORD, Settings};
pub use timed::TimedServer;
