use cardkey_crypto::sha256;
use uuid::Uuid;

/// A row of the audit log as it is kept, column by column: what the chain is made of. Nothing is parsed, so that a row that somebody
/// changed can still be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns' own names; `AuditEntry` tells what they mean")]
pub struct AuditRecord {
    pub id: Uuid,
    /// Microseconds since the Unix epoch.
    pub occurred_at: i64,
    pub user_id: Option<Uuid>,
    pub actor: String,
    pub noun: String,
    pub action: String,
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
    pub status: String,
    pub level: String,
    pub code: Option<String>,
    pub details: String,
    /// What a search by text looks through: hidden from a search is as good as deleted.
    pub search: String,
}

/// A place in the chain: the number of a row, counted from 1 without gaps, and the hash of everything up to and including it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The row's number.
    pub seq: u64,
    /// SHA-256.
    pub hash: [u8; 32],
}

/// A row with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// The place as it is kept.
    pub link: Link,
    /// The row.
    pub record: AuditRecord,
}

impl Link {
    /// Before the first row.
    pub const START: Self = Self { seq: 0, hash: [0; 32] };

    /// The place that follows, of this row: `SHA-256(hash || seq || row)`, each field of the row with its length before it, so that no
    /// two different rows are the same bytes.
    #[must_use]
    pub fn followed_by(&self, record: &AuditRecord) -> Self {
        let seq = self.seq + 1;
        let mut bytes = Vec::with_capacity(256 + record.details.len() + record.search.len());
        bytes.extend_from_slice(FORM);
        bytes.extend_from_slice(&self.hash);
        bytes.extend_from_slice(&seq.to_be_bytes());
        record.write_to(&mut bytes);
        Self { seq, hash: sha256(&bytes) }
    }
}

/// Names the form of what is hashed. Another form is another name.
const FORM: &[u8] = b"cardkey-audit-row-1\0";

impl AuditRecord {
    fn write_to(&self, bytes: &mut Vec<u8>) {
        let at = self.occurred_at.to_be_bytes();
        let fields: [Option<&[u8]>; 16] = [
            Some(self.id.as_bytes()),
            Some(&at),
            self.user_id.as_ref().map(|id| id.as_bytes().as_slice()),
            Some(self.actor.as_bytes()),
            Some(self.noun.as_bytes()),
            Some(self.action.as_bytes()),
            self.target_kind.as_deref().map(str::as_bytes),
            self.target_id.as_deref().map(str::as_bytes),
            self.ip.as_deref().map(str::as_bytes),
            self.user_agent.as_deref().map(str::as_bytes),
            Some(self.request_id.as_bytes()),
            Some(self.status.as_bytes()),
            Some(self.level.as_bytes()),
            self.code.as_deref().map(str::as_bytes),
            Some(self.details.as_bytes()),
            Some(self.search.as_bytes()),
        ];
        for field in fields {
            match field {
                None => bytes.push(0),
                Some(field) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
                    bytes.extend_from_slice(field);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
