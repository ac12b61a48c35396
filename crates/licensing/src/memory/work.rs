use super::lock::Held;
use super::state::State;
use super::store::MemoryStore;
use crate::{
    AppRepository, BatchRepository, BlacklistRepository, CardKeyRepository, DeviceRepository, LicenceRepository,
    MaintenanceRepository, SigningKeyRepository, UnitOfWork,
};

/// A unit of work: a copy of the tables that takes their place at the commit. Nobody else writes meanwhile.
pub(super) struct MemoryWork {
    pub(super) state: State,
    pub(super) store: MemoryStore,
    _held: Held,
}

impl MemoryWork {
    pub(super) fn new(store: MemoryStore, held: Held) -> Self {
        Self { state: store.snapshot(), store, _held: held }
    }
}

impl UnitOfWork for MemoryWork {
    fn apps(&mut self) -> &mut dyn AppRepository {
        self
    }
    fn maintenances(&mut self) -> &mut dyn MaintenanceRepository {
        self
    }
    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository {
        self
    }
    fn batches(&mut self) -> &mut dyn BatchRepository {
        self
    }
    fn card_keys(&mut self) -> &mut dyn CardKeyRepository {
        self
    }
    fn licences(&mut self) -> &mut dyn LicenceRepository {
        self
    }
    fn devices(&mut self) -> &mut dyn DeviceRepository {
        self
    }
    fn blacklist(&mut self) -> &mut dyn BlacklistRepository {
        self
    }
}
