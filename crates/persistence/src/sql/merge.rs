use cardkey_domain::PageRequest;
use cardkey_events::StoreError;

use super::{On, Param, Pick, Row, all};

/// A list that is the union of several disjoint picks, each of which an index yields in the list's order. The database merges their heads
/// instead of sorting all that match, so a page costs what a page holds, however many rows there are.
pub(crate) struct Merge {
    table: &'static str,
    picks: Vec<Pick>,
}

impl Merge {
    /// The union of `picks`, which must not overlap.
    pub(crate) fn of(table: &'static str, picks: Vec<Pick>) -> Self {
        Self { table, picks }
    }

    /// The rows of one page, newest first, and one more where there is one.
    pub(crate) async fn rows(&self, on: On<'_>, page: PageRequest) -> Result<Vec<Row>, StoreError> {
        let end = page.offset() + u64::from(page.size()) + 1;
        let mut parts = Vec::with_capacity(self.picks.len());
        let mut values = Vec::new();
        let single = self.picks.len() == 1;
        for (number, pick) in self.picks.iter().enumerate() {
            let pick = pick.clone().and_opt("id < ?", page.before());
            let head = format!("SELECT id FROM {}{} ORDER BY id DESC", self.table, pick.conditions());
            values.extend(pick.params());
            if single {
                parts.push(head);
            } else {
                parts.push(format!("SELECT id FROM ({head} LIMIT ?) AS head{number}"));
                values.push(end.value());
            }
        }
        let Some(heads) = (!parts.is_empty()).then(|| parts.join(" UNION ALL ")) else { return Ok(Vec::new()) };
        let ids = if single { heads } else { format!("SELECT id FROM ({heads}) AS heads ORDER BY id DESC") };
        values.extend([(u64::from(page.size()) + 1).value(), page.offset().value()]);
        let table = self.table;
        let sql = format!(
            "SELECT found.* FROM ({ids} LIMIT ? OFFSET ?) AS page JOIN {table} AS found ON found.id = page.id \
             ORDER BY found.id DESC"
        );
        all(on, &sql, values).await
    }

    /// How many rows there are, counted up to `most`.
    pub(crate) async fn count(&self, on: On<'_>, most: u64) -> Result<u64, StoreError> {
        let mut total = 0;
        for pick in &self.picks {
            total += pick.count(on, self.table, most.saturating_sub(total)).await?;
        }
        Ok(total)
    }
}
