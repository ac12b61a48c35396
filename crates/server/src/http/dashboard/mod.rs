//! The dashboard's figures (CMD-04).

mod show;

pub(super) use show::show;
