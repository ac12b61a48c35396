use super::*;

fn keeps_replaces_and_forgets(storage: &dyn Storage) {
    assert_eq!(storage.load(Record::Licence).unwrap(), None);
    storage.save(Record::Licence, b"one").unwrap();
    storage.save(Record::Session, b"other").unwrap();
    storage.save(Record::Licence, b"two").unwrap();
    assert_eq!(storage.load(Record::Licence).unwrap().unwrap(), b"two");
    storage.remove(Record::Licence).unwrap();
    storage.remove(Record::Licence).unwrap();
    assert_eq!(storage.load(Record::Licence).unwrap(), None);
    assert_eq!(storage.load(Record::Session).unwrap().unwrap(), b"other");
}

#[test]
fn every_storage_keeps_replaces_and_forgets_records() {
    // SDK-01
    keeps_replaces_and_forgets(&MemoryStorage::new());
    let folder = tempfile::tempdir().unwrap();
    keeps_replaces_and_forgets(&FileStorage::open(folder.path().join("new/app")).unwrap());
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone_and_no_half_of_one_stays_behind() {
    // SDK-01
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("app");
    let storage = FileStorage::open(&place).unwrap();
    storage.save(Record::Session, b"{}").unwrap();
    storage.save(Record::Session, b"{}").unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    let names: Vec<_> = std::fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(mode(&names[0]), 0o600);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    // SDK-01
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = FileStorage::open(file.path().join("app")).unwrap_err().to_string();
    assert!(error.contains("app") && error.starts_with("cannot make"), "{error}");
}
