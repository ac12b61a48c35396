//! Programs of other makers that work with ours.

mod pyjwt;
