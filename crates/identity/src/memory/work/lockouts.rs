use async_trait::async_trait;
use cardkey_domain::{Timestamp, UserId};
use cardkey_events::StoreError;

use super::MemoryWork;
use crate::LockoutRepository;
use crate::model::{Lockout, LockoutBucket};

#[async_trait]
impl LockoutRepository for MemoryWork {
    async fn fail(
        &mut self,
        bucket: LockoutBucket,
        limit: u32,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Lockout, StoreError> {
        let (lockout, touched) = self.rows.lockouts.entry(bucket).or_insert((Lockout::default(), now));
        *touched = now;
        match lockout.locked_until {
            Some(locked_until) if now < locked_until => return Ok(*lockout),
            Some(_) => *lockout = Lockout::default(),
            None => {}
        }
        lockout.failures += 1;
        lockout.locked_until = (lockout.failures >= limit).then_some(until);
        Ok(*lockout)
    }

    async fn clear(&mut self, bucket: LockoutBucket, now: Timestamp) -> Result<bool, StoreError> {
        let locked = self.rows.lockouts.get(&bucket).is_some_and(|(lockout, _)| lockout.locked_until > Some(now));
        if !locked {
            self.rows.lockouts.remove(&bucket);
        }
        Ok(!locked)
    }

    async fn know_device(&mut self, user: UserId, device: [u8; 32], _now: Timestamp) -> Result<(), StoreError> {
        self.rows.known_devices.insert((user, device));
        Ok(())
    }

    async fn forget(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let count = self.rows.lockouts.len();
        self.rows.lockouts.retain(|_, (_, touched)| *touched >= before);
        Ok((count - self.rows.lockouts.len()) as u64)
    }
}
