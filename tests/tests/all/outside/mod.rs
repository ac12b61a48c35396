//! Programs of other makers that work with ours.

mod browser;
mod pyjwt;
mod python;
mod python_client;
mod python_live;
