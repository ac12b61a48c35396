use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};

/// The header, in and out.
pub(in crate::http) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names requests: 16 hex digits of the process, 16 of a counter. Unique, cheap, never a secret.
#[derive(Debug)]
pub(in crate::http) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// Names that begin with `process`.
    pub(in crate::http) fn new(process: u64) -> Self {
        Self { process, next: AtomicU64::new(0) }
    }

    /// The caller's own name for its request where it is well-formed, or a new one.
    pub(in crate::http) fn name(&self, given: Option<&HeaderValue>) -> HeaderValue {
        match given {
            Some(value) if is_well_formed(value.as_bytes()) => value.clone(),
            _ => self.make(),
        }
    }

    fn make(&self) -> HeaderValue {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let number = u128::from(self.process) << 64 | u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        let mut text = [0; 32];
        for (position, byte) in text.iter_mut().enumerate() {
            *byte = DIGITS[(number >> (124 - 4 * position) & 0xF) as usize];
        }
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("unnamed"))
    }
}

/// 1 to 64 letters, digits, dots, dashes and underscores: nothing that could forge a log line.
fn is_well_formed(value: &[u8]) -> bool {
    (1..=64).contains(&value.len())
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// A request's name, as the shell noted it.
pub(in crate::http) fn request_id(request: &HttpRequest) -> String {
    let extensions = request.extensions();
    let value = extensions.get::<HeaderValue>();
    value.and_then(|value| value.to_str().ok()).unwrap_or("unnamed").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    // SEC-06
    #[test]
    fn a_well_formed_name_is_kept_and_any_other_is_replaced() {
        let ids = RequestIds::new(0xABCD);
        let given = |text: &[u8]| HeaderValue::from_bytes(text).unwrap();
        assert_eq!(ids.name(Some(&given(b"order-7_a.b"))), "order-7_a.b");
        assert_eq!(ids.name(Some(&given(b"a b"))), "000000000000abcd0000000000000000");
        assert_eq!(ids.name(Some(&given("\u{7f16}".as_bytes()))), "000000000000abcd0000000000000001");
        assert_eq!(ids.name(Some(&given(&[b'a'; 65]))), "000000000000abcd0000000000000002");
        assert_eq!(ids.name(None), "000000000000abcd0000000000000003");
    }
}
