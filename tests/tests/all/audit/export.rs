use std::io::{Cursor, Read};

use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

/// What a spreadsheet would take for a formula, as the name of an app: it stands in the row's details.
const FORMULA: &str = "=HYPERLINK(\"http://x\"),\"quoted\"";

on_each_database! {
    // AUD-04
    async fn what_a_search_finds_is_exported_in_three_formats_and_each_export_is_written_down(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        for name in ["Paint", FORMULA, "画图"] {
            admin.app(name).await;
        }
        let lin = admin.customer("lin").await;
        let export = async |query: &[(&str, &str)]| admin.api.get("/api/v1/audit-logs/export").query(query).send().await;
        let filter = ("action", "app.register");

        let rows = export(&[filter, ("format", "json")]).await.ok();
        assert!(rows.header("content-disposition").starts_with("attachment; filename=\"audit-logs-"));
        let rows: Vec<Value> = rows.json().as_array().cloned().expect("an array");
        let listed = admin.api.get("/api/v1/audit-logs").query(&[filter]).send().await.ok().data();
        assert_eq!(json!(rows), listed["items"], "the same rows in the same order");

        let csv = export(&[filter, ("format", "csv")]).await.ok();
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        let lines: Vec<&str> = csv.text().trim_start_matches('\u{FEFF}').lines().collect();
        assert_eq!(lines.len(), 4, "a heading and a line each: {lines:?}");
        assert!(lines[0].starts_with("id,at,user_id,actor,action,") && lines[1].contains(",admin,app.register,"));

        let xlsx = export(&[filter, ("format", "xlsx")]).await.ok();
        let sheet = unzip(xlsx.bytes());
        assert!(rows.iter().all(|row| sheet.contains(row["id"].as_str().unwrap())), "{sheet}");

        let own = export(&[("user_id", &lin.id), ("format", "json")]).await.ok().json();
        let own = own.as_array().unwrap();
        assert!(!own.is_empty() && own.iter().all(|row| row["user_id"] == lin.id.as_str()), "{own:?}");
        assert_eq!(export(&[("action", "nothing.at_all"), ("format", "json")]).await.ok().json(), json!([]));

        for (query, field) in [(&[][..], "format"), (&[("format", "exe")], "format"), (&[("format", "csv"), ("level", "x")], "level")] {
            assert_eq!(export(query).await.refused(400, "validation.failed").faulty_fields(), [field]);
        }
        let _ = lin.api.get("/api/v1/audit-logs/export?format=csv").send().await.refused(403, "auth.forbidden");
        let _ = server.api().get("/api/v1/audit-logs/export?format=csv").send().await.refused(401, "auth.required");

        let query = [("action", "audit_log.export"), ("status", "ok")];
        let written = admin.api.get("/api/v1/audit-logs").query(&query).send().await.ok().data();
        assert_eq!(written["total"], 5, "{written}");
        let of_lin = &written["items"][1];
        assert_eq!((&of_lin["actor"], &of_lin["details"]), (&json!("admin"), &json!({ "format": "json", "filter": { "user_id": lin.id } })));
        assert_eq!(written["items"][4]["details"], json!({ "format": "json", "filter": { "by": ["action"] } }));
    }

    // AUD-04
    async fn what_callers_choose_is_no_formula_in_a_spreadsheet(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let agents = ["=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)"];
        for agent in agents {
            let body = json!({ "username": "nobody", "password": "x" });
            let _ = server.api().post("/api/v1/auth/login", &body).header("user-agent", agent).send().await;
        }
        let query = [("action", "user.login"), ("status", "refused"), ("format", "csv")];
        let csv = admin.api.get("/api/v1/audit-logs/export").query(&query).send().await.ok();
        for agent in agents {
            assert!(csv.text().contains(&format!(",'{agent},")), "{agent}: {}", csv.text());
            assert!(!csv.text().contains(&format!(",{agent}")), "{agent}: {}", csv.text());
        }
    }
}

/// Every text of the archive, its entries one after the other.
fn unzip(bytes: &[u8]) -> String {
    let script = "import sys,zipfile,io\nz=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\n\
                  for n in z.namelist(): sys.stdout.write(z.read(n).decode('utf-8','replace'))";
    let child = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut child = child.expect("python3");
    std::io::copy(&mut Cursor::new(bytes), &mut child.stdin.take().unwrap()).unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    text
}
