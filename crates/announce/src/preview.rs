//! What an announcement will look like (ANN-01).

use cardkey_domain::Text;
use cardkey_events::{Call, StoreError};

use crate::{Announcements, markdown};

impl Announcements {
    /// The HTML that a body would be shown as. Changes nothing.
    pub async fn preview(&self, call: &Call, content: &Text<20_000>) -> Result<String, StoreError> {
        let html = markdown::render(content.as_str());
        if call.once.is_some() {
            call.finish(self.store.begin().await?, &html, self.ambient.now()).await?;
        }
        Ok(html)
    }
}
