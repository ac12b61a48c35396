use std::fs;

use cardkey_audit::{Anchor, AnchorLog, ArchiveFolder, ChainKey, Checkpoint, Link};
use cardkey_crypto::{SigningKey, sha256};
use cardkey_domain::{Secret, Timestamp};

use super::{AnchorFile, ArchiveFiles};

fn anchor(seq: u64) -> Anchor {
    let key = ChainKey::new(SigningKey::from_seed(&Secret::new([7; 32])));
    let checkpoint = Checkpoint::take(Link { seq, hash: [1; 32] }, Timestamp::from_seconds(9), &key);
    Anchor { checkpoint, public_key: key.public_key() }
}

// AUD-06
#[tokio::test]
async fn a_line_that_a_crash_tore_is_replaced_and_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchors");
    let anchors = AnchorFile::at(path.clone());
    assert_eq!(anchors.all().await.unwrap(), []);
    anchors.append(&anchor(1)).await.unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}no anchor\n{}", &whole[..40])).unwrap();
    assert_eq!(anchors.all().await.unwrap(), [Ok(anchor(1)), Err("no anchor".to_owned())]);
    anchors.append(&anchor(2)).await.unwrap();
    assert_eq!(anchors.all().await.unwrap(), [Ok(anchor(1)), Err("no anchor".to_owned()), Ok(anchor(2))]);
}

// AUD-05
#[tokio::test]
async fn a_file_is_there_once_it_is_finished_and_reads_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let files = ArchiveFiles::in_folder(folder.path().join("archive"));
    assert_eq!(files.names().await.unwrap(), Vec::<String>::new());
    let given_up = files.create("other").await.unwrap();
    drop(given_up);
    let mut writer = files.create("file").await.unwrap();
    let lines: Vec<String> = (0..2_500).map(|n| format!("line {n}")).collect();
    for some in lines.chunks(700) {
        writer.write(some.join("\n") + "\n").await.unwrap();
    }
    assert!(files.digest("file").await.is_err(), "not yet");
    let digest = writer.finish().await.unwrap();
    let bytes = fs::read(folder.path().join("archive/file")).unwrap();
    assert_eq!((digest, digest), (sha256(&bytes), files.digest("file").await.unwrap()));
    assert!(bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]), "RFC 8878");
    let (mut reader, mut read) = (files.open("file").await.unwrap(), Vec::new());
    loop {
        let some = reader.read().await.unwrap();
        if some.is_empty() {
            break;
        }
        read.extend(some);
    }
    assert_eq!(read, lines);
    assert_eq!(files.names().await.unwrap(), ["file"]);
    for outside in ["../other", "", ".", "/etc/passwd"] {
        assert_eq!(files.digest(outside).await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    }
    files.remove("file").await.unwrap();
    files.remove("file").await.unwrap();
}
