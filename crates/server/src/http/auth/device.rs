use cardkey_domain::Text;
use cardkey_identity::model::SessionDevice;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use woothee::parser::{Parser, WootheeResult};

use crate::http::fault::Faults;

/// What signs in, as it tells of itself.
#[derive(Default, Deserialize, Validate, ToSchema)]
pub(crate) struct DeviceBody {
    /// The client's own identifier of the device. Once it has signed in with it, nobody else's failures lock it out.
    #[schema(max_length = 128)]
    id: Option<String>,
    /// A name for people.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// `desktop`, `mobile`, …
    #[serde(rename = "type")]
    #[schema(max_length = 32)]
    kind: Option<String>,
}

impl DeviceBody {
    /// The device with what its user agent tells besides.
    pub(super) fn parse(self, user_agent: Option<String>, faults: &mut Faults) -> SessionDevice {
        let id = faults.take("device.id", Text::<128>::parse_optional(self.id.as_deref())).flatten();
        let name = faults.take("device.name", Text::<100>::parse_optional(self.name.as_deref())).flatten();
        let kind = faults.take("device.type", Text::<32>::parse_optional(self.kind.as_deref())).flatten();
        let agent = user_agent.as_deref().and_then(|agent| Parser::new().parse(agent));
        SessionDevice {
            id: id.map(|id| id.to_string()),
            name: name.map(|name| name.to_string()),
            kind: kind.map(|kind| kind.to_string()).or_else(|| agent.as_ref().and_then(class)),
            browser: agent.as_ref().and_then(|agent| versioned(agent.name, agent.version)),
            os: agent.as_ref().and_then(|agent| versioned(agent.os, &agent.os_version)),
            user_agent,
        }
    }
}

fn class(agent: &WootheeResult<'_>) -> Option<String> {
    let class = match agent.category {
        "pc" => "desktop",
        "smartphone" | "mobilephone" => "mobile",
        "appliance" => "appliance",
        "crawler" => "robot",
        _ => return None,
    };
    Some(class.to_owned())
}

fn versioned(name: &str, version: &str) -> Option<String> {
    let known = |text: &str| !text.is_empty() && text != "UNKNOWN";
    match (known(name), known(version)) {
        (false, _) => None,
        (true, false) => Some(name.to_owned()),
        (true, true) => Some(format!("{name} {version}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // SES-05
    #[test]
    fn a_user_agent_tells_browser_system_and_class() {
        let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
        let device = DeviceBody::default().parse(Some(agent.to_owned()), &mut Faults::default());
        assert_eq!(device.browser.as_deref(), Some("Chrome 120.0.0.0"));
        assert_eq!(device.os.as_deref(), Some("Windows 10 NT 10.0"));
        assert_eq!(device.kind.as_deref(), Some("desktop"));
        let own = DeviceBody { kind: Some("till".into()), ..DeviceBody::default() };
        assert_eq!(own.parse(Some("curl/8".into()), &mut Faults::default()).kind.as_deref(), Some("till"));
    }
}
