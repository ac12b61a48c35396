use std::net::{Ipv4Addr, TcpListener};

/// Names the PostgreSQL server of this test run.
pub const POSTGRES_URL: &str = "CARDKEY_TEST_POSTGRES_URL";
/// Names the MariaDB server of this test run.
pub const MARIADB_URL: &str = "CARDKEY_TEST_MARIADB_URL";

/// A TCP port of the loopback address that nobody listened on a moment ago.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A setting of the test run.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is configured through the environment, and this is where it is read"
)]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How many rounds of kill -9 a test plays: 20, or as many as the run asks for.
///
/// # Panics
/// When the run asks for something else than a number.
#[must_use]
pub fn crash_rounds() -> usize {
    setting("CARDKEY_TEST_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number of rounds"))
}
