use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::Schema;

/// What a handler's own type tells of its route: parameters, body and reply. `openapi.rs` makes an operation of it.
#[derive(Default)]
pub(crate) struct Sketch {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RefOr<Schema>>,
    pub(super) body_is_optional: bool,
    pub(super) reply: Option<ReplySketch>,
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
    /// Whether the handler asks who is signed in.
    pub(super) needs_account: bool,
    /// Whether the handler may replay a reply.
    pub(super) is_once: bool,
}

/// What comes back when it went well.
pub(super) struct ReplySketch {
    pub(super) statuses: &'static [u16],
    pub(super) content_type: &'static str,
    pub(super) schema: Option<RefOr<Schema>>,
}

impl Sketch {
    /// A reference to a type's schema, which joins the document with all it refers to.
    pub(super) fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        utoipa::openapi::schema::Ref::from_schema_name(T::name()).into()
    }
}
