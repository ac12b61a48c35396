use std::fmt;
use std::sync::Arc;

use cardkey_domain::Ambient;

use crate::Store;
use crate::gather::Gathered;
use crate::reach::ToCount;

/// The service: every use case is a method on it, in a file of its own. One per process, since it gathers what clients took note of.
pub struct Announcements {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ambient: Ambient,
    pub(crate) gathered: Gathered,
    pub(crate) to_count: ToCount,
}

impl Announcements {
    /// The service over a store.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient, gathered: Gathered::default(), to_count: ToCount::default() }
    }
}

impl fmt::Debug for Announcements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Announcements")
    }
}
