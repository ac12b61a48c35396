//! The keys that sign tokens (TOK-02). Their public halves stand at `/.well-known/jwks.json`.

mod rotate;

pub(super) use rotate::rotate;
