use std::io::{Cursor, Read};

use cardkey_tests::server::Server;
use cardkey_tests::{OutsideProgram, on_each_database};
use serde_json::Value;

on_each_database! {
    // CARD-03, AUD-01
    async fn a_batch_is_exported_in_four_formats_and_every_export_is_audited(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        // A note that a spreadsheet would take for a formula.
        let batch = admin.order(&app).count(25).with("note", "=HYPERLINK(\"x\"),\"quoted\"").place().await;
        let export = async |format: &str| {
            let path = format!("/api/v1/card-keys/batches/{}/export", batch.id);
            admin.api.get(&path).query(&[("format", format)]).send().await
        };
        let csv = export("csv").await.ok();
        let json_export = export("json").await.ok();
        let xlsx = export("xlsx").await.ok();
        for reply in [&csv, &json_export, &xlsx] {
            assert!(reply.header("content-disposition").starts_with("attachment"), "{}", reply.header("content-disposition"));
        }
        for code in &batch.codes {
            assert!(csv.text().contains(code.as_str()));
        }
        assert_eq!(csv.text().trim_start_matches('\u{FEFF}').lines().count(), 26, "a heading and a line each");
        assert!(!csv.text().contains(",=HYPERLINK") && !csv.text().contains(",\"=HYPERLINK"), "a formula: {}", csv.text());
        let rows: Vec<Value> = json_export.json().as_array().cloned().expect("a list");
        assert_eq!(rows.len(), 25);
        assert!(xlsx.bytes().starts_with(b"PK"));
        let sheet = unzip(xlsx.bytes());
        assert!(batch.codes.iter().all(|code| sheet.contains(code.as_str())));

        assert_eq!(export("exe").await.problem()["status"], 400);
        assert_eq!(export("").await.problem()["status"], 400);
        let lin = admin.customer("lin").await;
        let path = format!("/api/v1/card-keys/batches/{}/export?format=txt", batch.id);
        assert_eq!(lin.api.get(&path).send().await.status(), 403);
        let query = [("target", batch.id.as_str()), ("status", "ok"), ("q", "export")];
        let rows = admin.api.get("/api/v1/audit-logs").query(&query).send().await.ok().data();
        assert_eq!(rows["total"], 4, "{rows}");
    }
}

/// Every text of the archive, its entries one after the other.
fn unzip(bytes: &[u8]) -> String {
    let python = OutsideProgram::PYTHON.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
    let output = std::process::Command::new(python)
        .args(["-c", "import sys,zipfile,io\nz=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\nfor n in z.namelist(): sys.stdout.write(z.read(n).decode('utf-8','replace'))"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut child = output.expect("python starts");
    std::io::copy(&mut Cursor::new(bytes), &mut child.stdin.take().unwrap()).unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    text
}
