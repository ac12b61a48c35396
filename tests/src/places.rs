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
