use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The address a request came from. `X-Forwarded-For` counts only behind listed proxies, and is read from the right: the last address
/// that is not a listed proxy's is the client's, whatever a client wrote to the left of it.
pub(in crate::http) fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    if trusted.is_empty() {
        return Some(peer);
    }
    let hops = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).collect();
    Some(walk(peer, &hops, trusted))
}

fn walk(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    // SEC-04
    #[test]
    fn only_listed_proxies_are_believed() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, hops: &[&str]| walk(address(peer), hops, &trusted).to_string();
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["6.6.6.6", " 198.51.100.1", "10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1", "junk"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.2", &[]), "10.0.0.2");
    }
}
