use actix_web::web::Data;
use cardkey_crypto::{Jwk, JwkSet};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Bare;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// A JWK Set (RFC 7517 section 5).
#[derive(Serialize, ToSchema)]
pub(crate) struct PublishedKeys {
    keys: Vec<PublishedKey>,
}

/// An Ed25519 key (RFC 8037 section 2).
#[derive(Serialize, ToSchema)]
pub(crate) struct PublishedKey {
    kty: String,
    crv: String,
    x: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
}

/// Publishes the keys that access tokens can be checked with.
pub(crate) async fn jwks(services: Data<Services>) -> Result<Bare<PublishedKeys>, Problem> {
    Ok(Bare(services.identity.published_keys().into()))
}

impl From<JwkSet> for PublishedKeys {
    fn from(set: JwkSet) -> Self {
        Self { keys: set.keys.into_iter().map(PublishedKey::from).collect() }
    }
}

impl From<Jwk> for PublishedKey {
    fn from(Jwk { kty, crv, x, kid, usage, alg }: Jwk) -> Self {
        Self { kty, crv, x, kid, usage, alg }
    }
}
