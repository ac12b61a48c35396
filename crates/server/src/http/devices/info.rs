use cardkey_domain::Text;
use cardkey_licensing::DeviceInfo;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::http::fault::Faults;

/// What a device tells of itself. At least one serial number must identify it.
#[derive(Default, Deserialize, Validate, ToSchema)]
pub(crate) struct DeviceInfoBody {
    #[validate(length(max = 256))]
    #[schema(max_length = 256)]
    cpu_id: Option<String>,
    #[validate(length(max = 256))]
    #[schema(max_length = 256)]
    motherboard_id: Option<String>,
    #[validate(length(max = 256))]
    #[schema(max_length = 256)]
    mac_address: Option<String>,
    #[validate(length(max = 256))]
    #[schema(max_length = 256)]
    disk_id: Option<String>,
    #[validate(length(max = 256))]
    #[schema(max_length = 256)]
    machine_id: Option<String>,
    /// Its name, for people.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Its operating system, for people.
    #[schema(max_length = 100)]
    os: Option<String>,
}

impl DeviceInfoBody {
    /// Parses it as the field `device_info`.
    pub(in crate::http) fn parse(self, faults: &mut Faults) -> Option<DeviceInfo> {
        let name = faults.take("device_info.name", Text::parse_optional(self.name.as_deref()));
        let os = faults.take("device_info.os", Text::parse_optional(self.os.as_deref()));
        Some(DeviceInfo {
            cpu_id: self.cpu_id,
            motherboard_id: self.motherboard_id,
            mac_address: self.mac_address,
            disk_id: self.disk_id,
            machine_id: self.machine_id,
            name: name?,
            os: os?,
        })
    }
}
