use super::*;
use crate::documents;

// EVT-01, EVT-04
#[test]
fn the_committed_document_is_the_catalogue_and_the_linkage() {
    documents::check("docs/events.md", &document());
}

// EVT-01
#[test]
fn every_kind_is_documented_with_its_fields() {
    let mut names: Vec<_> = Happening::CATALOGUE.iter().map(|kind| kind.name).collect();
    for kind in Happening::CATALOGUE {
        assert!(kind.about.trim().ends_with('.'), "{}: say in a sentence what happened", kind.name);
        assert!(kind.name.contains('.') && kind.name.len() <= 64, "{}", kind.name);
        for field in kind.fields {
            assert!(
                field.json().is_some(),
                "{}.{} has a type that EventField::json does not know",
                kind.name,
                field.name
            );
        }
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two kinds share a name");
}

// EVT-04
#[test]
fn the_linkage_names_events_that_exist() {
    for link in LINKAGE {
        for name in link.on {
            assert!(Happening::CATALOGUE.iter().any(|kind| kind.name == *name), "{name} is no event");
        }
    }
}
