use std::net::IpAddr;

use crate::http::error::Code;
use crate::http::problem::Problem;

/// Refuses pages of other origins. Browsers let any page open a WebSocket to anywhere and say only whose page it is (RFC 6455 section
/// 10.2); desktop programs say nothing, and are let in.
pub(super) fn check(origin: Option<&str>, public_url: &str) -> Result<(), Problem> {
    match origin {
        None => Ok(()),
        Some(origin) if is_same(origin, public_url) => Ok(()),
        Some(_) => Err(Code::LiveOriginRefused.into()),
    }
}

/// The same scheme, host and port (RFC 6454 section 5). On the machine itself its names are one.
fn is_same(origin: &str, own: &str) -> bool {
    let (Some((scheme, host, port)), Some((own_scheme, own_host, own_port))) = (parts(origin), parts(own)) else {
        return false;
    };
    let is_host = host.eq_ignore_ascii_case(own_host) || (is_loopback(host) && is_loopback(own_host));
    scheme == own_scheme && port == own_port && is_host
}

fn parts(origin: &str) -> Option<(&str, &str, u16)> {
    let (scheme, rest) = origin.split_once("://")?;
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((scheme, host, port.parse().ok()?)),
        _ => Some((scheme, rest, usual)),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    // WS-01
    #[test]
    fn only_ones_own_pages_connect() {
        let own = "https://licence.example.com";
        for origin in [own, "https://LICENCE.example.com", "https://licence.example.com:443"] {
            assert!(check(Some(origin), own).is_ok(), "{origin}");
        }
        for origin in [
            "",
            "null",
            "http://licence.example.com",
            "https://licence.example.com:8443",
            "https://licence.example.com.evil.org",
            "https://evil.org/https://licence.example.com",
            "https://localhost",
            "licence.example.com",
            "file://",
        ] {
            assert!(check(Some(origin), own).is_err(), "{origin}");
        }
        assert!(check(None, own).is_ok());
    }

    // WS-01
    #[test]
    fn on_the_machine_itself_its_names_are_one() {
        for origin in ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"] {
            assert!(check(Some(origin), "http://127.0.0.1:8000").is_ok(), "{origin}");
        }
        for origin in
            ["http://localhost:8001", "https://localhost:8000", "http://localhost.evil.org:8000", "http://[::1]"]
        {
            assert!(check(Some(origin), "http://127.0.0.1:8000").is_err(), "{origin}");
        }
    }
}
