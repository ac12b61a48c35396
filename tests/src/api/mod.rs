//! A client of the HTTP interface as an outsider would write it: nothing here comes from the server's code.

mod call;
mod device;
mod people;
mod reply;
mod shop;
mod token;

pub use call::{Api, Call};
pub use device::device;
pub use people::{PASSWORD, Person};
pub use reply::Reply;
pub use shop::{App, Batch, Order};
pub use token::{Token, dpop_proof};
