use actix_web::web::Data;
use cardkey_licensing::{Nonce, Verify};
use semver::Version;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::verdicts::{VerdictView, possession};
use crate::http::answer::Reply;
use crate::http::devices::DeviceInfoBody;
use crate::http::extract::{Body, Visitor};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct VerifyBody {
    /// The last verdict the client was given.
    license: String,
    #[validate(nested)]
    device_info: DeviceInfoBody,
    /// 1 to 128 visible characters that come back in the verdict.
    nonce: String,
    /// The app's version (SemVer).
    version: Option<String>,
}

/// Tells whether an app may run, with a signed verdict either way.
pub(crate) async fn verify(
    visitor: Visitor,
    services: Data<Services>,
    Body(body): Body<VerifyBody>,
) -> Result<Reply<VerdictView>, Problem> {
    let command = body.parse(&visitor)?;
    let verified = visitor.once(async |call| services.licensing.verify(call, command).await).await?;
    services.metrics.verifications.count(verified.code);
    Ok(Reply::ok(verified.into()))
}

impl VerifyBody {
    fn parse(self, visitor: &Visitor) -> Result<Verify, Problem> {
        let mut faults = Faults::default();
        let device_info = self.device_info.parse(&mut faults);
        let nonce = faults.take("nonce", Nonce::parse(&self.nonce).map_err(|_| Fault::Malformed));
        let version = self
            .version
            .filter(|text| !text.trim().is_empty())
            .map(|text| faults.take("version", Version::parse(text.trim()).map_err(|_| Fault::Malformed)));
        faults.finish(|| {
            Some(Verify {
                verdict: self.license,
                device_info: device_info?,
                nonce: nonce?,
                version: version.flatten(),
                proof: possession(visitor),
            })
        })
    }
}
