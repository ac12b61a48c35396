use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// What the server answered.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Reply {
    pub(super) async fn of(response: Response) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, bytes: response.bytes().await?.to_vec() })
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"))
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("a reply in UTF-8")
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// What the envelope's `data` holds.
    #[must_use]
    pub fn data(&self) -> Value {
        self.json()["data"].take()
    }

    /// Insists on success: a 2xx and, where there is a JSON body, the envelope's `success`.
    #[must_use]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        if self.header("content-type").starts_with("application/json") && self.json().get("success").is_some() {
            assert_eq!(self.json()["success"], true, "{}", self.text());
        }
        self
    }

    /// Insists on a refusal with this status and stable code, in the shape of RFC 9457 (SEC-06).
    #[must_use]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let told = (self.status, self.problem()["code"].as_str().unwrap_or_default().to_owned());
        assert_eq!(told, (status, code.to_owned()), "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The problem document of a refusal of any kind, in the shape of RFC 9457 (SEC-06).
    #[must_use]
    pub fn problem(&self) -> Value {
        let shown = format!("{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        assert!(self.status >= 400, "not refused: {shown}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{shown}");
        let document = self.json();
        assert_eq!(document["success"], false, "{shown}");
        assert_eq!(document["status"], self.status, "{shown}");
        assert_eq!(document["request_id"], self.header("x-request-id"), "{shown}");
        let code = document["code"].as_str().expect("a code");
        assert!(code.contains('.'), "{shown}");
        assert!(document["type"].as_str().is_some_and(|kind| kind.ends_with(&format!("#{code}"))), "{shown}");
        for text in ["message", "title", "detail"] {
            assert!(document[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {shown}");
        }
        document
    }

    /// The names of the fields at fault, sorted.
    #[must_use]
    pub fn faulty_fields(&self) -> Vec<String> {
        let problem = self.problem();
        let errors = problem["errors"].as_array().expect("errors is a list");
        let mut fields: Vec<String> = errors.iter().map(|error| text(&error["field"])).collect();
        fields.sort();
        fields.dedup();
        fields
    }
}

/// A text of a JSON document.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text was expected, not {value}")).to_owned()
}
