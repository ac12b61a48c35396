//! What a desktop program needs to be licensed by a Cardkey server: signing in, redeeming a card key, asking at every start whether it may
//! run, and starting on a lease when the server is away.
//!
//! A program trusts nothing but the verdict: a token signed with the app's own key, which answers a random question of the program's and
//! is checked here in full before anything is made of it. Whatever else a reply says counts for nothing.
//!
//! ```no_run
//! use cardkey_client::{Advice, Client, FileStorage, SignIn};
//!
//! # async fn start() -> Result<(), cardkey_client::Error> {
//! let client = Client::builder("https://licence.example.com", "01909b8e-1c4f-7d3a-8f1e-2b6c5d4e3f2a")
//!     .version("1.4.0")
//!     .storage(FileStorage::open("/home/wang/.local/share/my-app")?)
//!     .device_key()
//!     .build()?;
//!
//! // Every start: the server's word, or the lease while the server is away.
//! let start = match client.start().await {
//!     Ok(start) => start,
//!     // The first start on this computer.
//!     Err(error) if error.advice() == Advice::Activate => {
//!         let SignIn::Done(account) = client.sign_in("wang", "correct Horse 9 battery").await? else {
//!             return Ok(()); // a second factor: ask for its code, then `finish_sign_in`
//!         };
//!         println!("welcome, {}", account.username);
//!         client.activate("ABCD-EFGH-JKLM-NPQR").await?;
//!         client.start().await?
//!     }
//!     Err(error) => return Err(error),
//! };
//! if !start.verdict.valid {
//!     println!("not licensed: {}", start.verdict.code);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - [`Client`] is the whole of it; each of its calls is a file: `sign_in.rs`, `activate.rs`, `recover.rs`, `verify.rs`,
//!   `start.rs`.
//! - [`Error`] tells silence from refusal from forgery, and [`Error::advice`] what to do.
//! - [`Storage`] keeps a few small records between starts: [`FileStorage`], [`MemoryStorage`], or one of your own.
//! - [`DeviceInfo`] tells the computer apart; a key of the device's own (`ClientBuilder::device_key`) makes copied files useless.
//!
//! It needs a tokio runtime with time and I/O enabled.

#![deny(missing_docs)]

mod activate;
mod client;
mod device_info;
mod device_key;
mod error;
mod http;
mod recover;
mod sign_in;
mod start;
mod storage;
mod system;
#[cfg(test)]
mod testing;
mod verify;

pub use cardkey_crypto::{Jwk, JwkSet};
pub use cardkey_domain::Timestamp;
pub use cardkey_licensing::{CheckError, VerdictClaims as Verdict, VerdictCode};

pub use client::{Client, ClientBuilder};
pub use device_info::DeviceInfo;
pub use error::{Advice, Error, LeaseProblem, Refusal};
pub use sign_in::{Account, Challenge, SignIn};
pub use start::{Mode, Start};
pub use storage::{FileStorage, MemoryStorage, Record, Storage, StorageError};
