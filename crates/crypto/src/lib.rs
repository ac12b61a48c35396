//! Bytes in, bytes out: what is kept secret, what is signed, what is hashed.
//!
//! - [`Vault`] encrypts columns under the master key; [`LookupKey`] makes keyed hashes that can be searched for.
//! - [`SigningKey`], [`PublicKey`] and [`Jwk`] are Ed25519; [`Signer`] and [`Verifier`] make and check JSON Web Tokens with them.
//! - [`Proof`] is a DPoP proof of possession; [`PasswordHasher`] is bcrypt without its 72-byte trap.
//!
//! Everything stands on ring. Nothing here reads a clock, asks the system for randomness, does I/O or knows what the bytes mean.

#![deny(missing_docs)]

mod digest;
mod dpop;
mod encoding;
mod jwk;
mod jws;
mod jwt;
mod lookup;
mod master_key;
mod password_hash;
mod provider;
mod signature_memory;
mod signing_key;
mod token_error;
mod vault;

pub use digest::{constant_time_eq, legacy_md5_hex, sha256};
pub use dpop::{PROOF_TYPE, Proof, ProofClaims, ProofError};
pub use encoding::{InvalidEncoding, base64url, from_base64url, hex};
pub use jwk::{Jwk, JwkSet};
pub use jwt::{LONGEST_TOKEN, Signer, Verifier, check_lifetime, unverified_claims};
pub use lookup::LookupKey;
pub use master_key::{InvalidMasterKey, KeyId, MasterKey};
pub use password_hash::{InvalidCost, PasswordHasher, Verification};
pub use signature_memory::SignatureMemory;
pub use signing_key::{InvalidPublicKey, PublicKey, SigningKey};
pub use token_error::TokenError;
pub use vault::{OpenError, Vault};
