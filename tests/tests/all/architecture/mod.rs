//! The shape of the code that the root manifest and docs/ARCHITECTURE.md promise.

mod layers;
mod maps;
mod workspace;
