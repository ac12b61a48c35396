use cardkey_tests::api::{Api, Call};
use reqwest::Method;
use serde_json::Value;

/// A route as the OpenAPI document describes it to outsiders.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) needs_sign_in: bool,
    pub(crate) permission: Option<String>,
    pub(crate) has_body: bool,
    pub(crate) is_once: bool,
}

/// Every route that the server says it has.
pub(crate) async fn routes(api: &Api) -> Vec<Route> {
    let document: Value = api.get("/api/v1/openapi.json").send().await.ok().json();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_ascii_uppercase();
            if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                routes.push(Route::read(method.parse().unwrap(), path, operation));
            }
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    routes
}

impl Route {
    fn read(method: Method, path: &str, operation: &Value) -> Self {
        let needs = operation["description"].as_str().and_then(|text| text.split_once("Needs the permission `"));
        let permission = needs.and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| name.to_owned());
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        Self {
            method,
            path: path.to_owned(),
            needs_sign_in: operation["security"].as_array().is_some_and(|list| !list.is_empty()),
            permission,
            has_body: operation.get("requestBody").is_some(),
            is_once: parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key"),
        }
    }

    pub(crate) fn is_mutating(&self) -> bool {
        self.method != Method::GET
    }

    /// A call of it about something that is not there.
    pub(crate) fn call(&self, api: &Api) -> Call {
        let mut path = self.path.clone();
        while let Some((start, rest)) = path.clone().split_once('{') {
            let (_, end) = rest.split_once('}').unwrap();
            path = format!("{start}0192f0c0-0000-7000-8000-000000000000{end}");
        }
        api.call(self.method.clone(), &path)
    }
}
