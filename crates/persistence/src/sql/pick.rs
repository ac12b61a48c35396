use cardkey_domain::{Page, PageRequest};
use cardkey_events::StoreError;
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use super::{On, Param, Row, all, number};

/// Which rows of a table a list wants: conditions that must all hold. Lists are ordered by identifier, newest first.
#[derive(Clone, Default)]
pub(crate) struct Pick {
    conditions: String,
    params: Vec<Value>,
}

impl Pick {
    /// Every row.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a condition with the values of its question marks.
    pub(crate) fn and(mut self, condition: &str, params: impl IntoIterator<Item = Value>) -> Self {
        self.conditions.push_str(if self.conditions.is_empty() { " WHERE " } else { " AND " });
        self.conditions.push_str(condition);
        self.params.extend(params);
        self
    }

    /// Adds a condition with one value, where there is one.
    pub(crate) fn and_opt<P: Param>(self, condition: &str, param: Option<P>) -> Self {
        match param {
            Some(param) => self.and(condition, [param.value()]),
            None => self,
        }
    }

    /// The rows of one page, and one more where there is one. `from` names the table and its columns: `SELECT … FROM …`.
    pub(crate) async fn rows(&self, on: On<'_>, from: &str, page: PageRequest) -> Result<Vec<Row>, StoreError> {
        let picked = self.clone().and_opt("id < ?", page.before());
        let sql = format!("{from}{} ORDER BY id DESC LIMIT ? OFFSET ?", picked.conditions);
        let mut params = picked.params;
        params.extend([(u64::from(page.size()) + 1).value(), page.offset().value()]);
        all(on, &sql, params).await
    }

    /// How many rows there are, counted up to `most`.
    pub(crate) async fn count(&self, on: On<'_>, table: &str, most: u64) -> Result<u64, StoreError> {
        let inner = format!("SELECT 1 AS found FROM {table}{} LIMIT ?", self.conditions);
        let mut params = self.params.clone();
        params.push(most.value());
        number(on, &format!("SELECT COUNT(*) AS n FROM ({inner}) AS counted"), params).await
    }

    /// A page with its exact total.
    pub(crate) async fn page<T>(
        &self,
        on: On<'_>,
        table: &str,
        page: PageRequest,
        read: impl Fn(&Row) -> Result<T, StoreError>,
        id: impl Fn(&T) -> Uuid,
    ) -> Result<Page<T>, StoreError> {
        let rows = self.rows(on, &format!("SELECT * FROM {table}"), page).await?;
        let items = rows.iter().map(read).collect::<Result<Vec<T>, _>>()?;
        let total = self.count(on, table, u64::MAX).await?;
        Ok(Page::from_rows(items, &page, total, id))
    }

    /// The conditions as SQL, `WHERE` included.
    pub(crate) fn conditions(&self) -> &str {
        &self.conditions
    }

    /// The values of the conditions.
    pub(crate) fn params(&self) -> Vec<Value> {
        self.params.clone()
    }
}
