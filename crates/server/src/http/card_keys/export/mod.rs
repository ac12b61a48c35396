//! The export of a batch (CARD-03): card keys in clear, made while they are sent, so that a million of them need no memory.

mod endpoint;
mod row;

pub(crate) use endpoint::EXPORTS_AT_ONCE;
pub(in crate::http) use endpoint::export;

#[cfg(test)]
mod tests;
