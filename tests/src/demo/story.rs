use std::collections::HashSet;

use cardkey_client::{Timestamp, Verdict, VerdictCode};
use serde_json::json;
use tokio::net::TcpStream;

use super::customer::{self, Customer};
use super::telling::{Failure, Narrator, Step};
use crate::Database;
use crate::api::{App, Person};
use crate::server::{Server, Settings};

const OPERATOR: &str = "operator";
const CUSTOMER: &str = "customer";
const SERVER: &str = "server";

/// The administrator's password at the very first start, when no setting names another.
const FIRST_PASSWORD: &str = "admin1314159";
const PASSWORD: &str = "Sturdy-Lantern-4711";

/// Plays the story on an empty database, with so many card keys, and tells each step; the first thing that is not as it should be ends it.
pub async fn play(database: Database, card_keys: usize, tell: &mut dyn FnMut(&Step)) -> Result<(), Failure> {
    let mut story = Narrator::new(tell);
    let mut server = story.step(SERVER, "starts for the first time", async || first_start(database).await).await?;
    let url = url(&server);
    let (operator, app, keys) = sell(&mut story, &server, card_keys).await?;
    let folder = tempfile::Builder::new().prefix("cardkey-demo-").tempdir().expect("a temporary folder");
    let computer = |number| Customer::at_computer(number, &url, &app.id, folder.path());
    let key = &keys[0];

    story.step(CUSTOMER, "signs in on computer 1", async || ((), computer(1).sign_in().await)).await?;
    story.step(CUSTOMER, "redeems a card key there", async || told(&computer(1).redeem(key).await)).await?;
    story.step(CUSTOMER, "starts the program online", async || told(&computer(1).start_online().await)).await?;
    story.step(SERVER, "stops", async || stopped(&mut server).await).await?;
    story.step(CUSTOMER, "starts the program offline", async || told(&computer(1).start_offline().await)).await?;
    story.step(SERVER, "starts again on its data", async || started_again(&mut server).await).await?;
    story.step(CUSTOMER, "signs in on computer 2", async || ((), computer(2).sign_in().await)).await?;
    story.step(CUSTOMER, "is refused the same card key there", async || refused(&computer(2), key).await).await?;
    story.step(OPERATOR, "disables the card key", async || disabled(&operator, key).await).await?;
    story.step(CUSTOMER, "is stopped at the next start", async || told_no(&computer(1)).await).await?;
    story.step(SERVER, "stops again", async || stopped(&mut server).await).await?;
    story
        .step(CUSTOMER, "is stopped offline as well", async || ((), computer(1).find_lease_gone().await.to_string()))
        .await
}

/// What happens before there are customers: the operator, the app, the card keys, and the customer's account.
async fn sell(story: &mut Narrator<'_>, server: &Server, count: usize) -> Result<(Person, App, Vec<String>), Failure> {
    let newcomer = story.step(OPERATOR, "signs in with the first password", async || arrived(server).await).await?;
    let operator =
        story.step(OPERATOR, "has to change it, and does", async || changed_password(&newcomer).await).await?;
    let app = story
        .step(OPERATOR, "registers an app", async || {
            let app = operator.app_with("Demo", json!({ "entitlements": ["pro"] })).await;
            let id = app.id.clone();
            (app, id)
        })
        .await?;
    let batch = story
        .step(OPERATOR, "generates card keys", async || {
            (operator.order(&app).count(count).finish().await, format!("{count} card keys"))
        })
        .await?;
    let keys = story
        .step(OPERATOR, "exports them", async || {
            let keys = operator.export(&batch).await;
            assert_eq!(keys.iter().collect::<HashSet<_>>().len(), count, "distinct card keys");
            let outcome = format!("{}, {}, …", keys[0], keys[1]);
            (keys, outcome)
        })
        .await?;
    story
        .step(OPERATOR, "makes an account for a customer", async || {
            operator.create_user(customer::NAME, &["user"]).await;
            ((), customer::NAME.to_owned())
        })
        .await?;
    Ok((operator, app, keys))
}

/// A server as it comes, with no setting but its place.
async fn first_start(database: Database) -> (Server, String) {
    let settings = Settings::none().set("HOST", "127.0.0.1").set("PORT", "0");
    let server = settings.start(database).await;
    let url = url(&server);
    (server, url)
}

/// Ends it as an operator does, and makes sure that nobody listens any more.
async fn stopped(server: &mut Server) -> ((), String) {
    let status = server.terminate().await;
    assert!(status.success(), "{status}: {}", server.log());
    assert!(TcpStream::connect(("127.0.0.1", server.port())).await.is_err(), "somebody still listens");
    ((), "nobody listens any more".to_owned())
}

/// On the same port, which the customer's program knows.
async fn started_again(server: &mut Server) -> ((), String) {
    let port = server.port().to_string();
    server.start_again_with(|settings| settings.set("PORT", port)).await;
    ((), url(server))
}

async fn arrived(server: &Server) -> (Person, String) {
    let reply = server.api().try_login("admin", FIRST_PASSWORD).await.ok();
    assert_eq!(reply.data()["user"]["must_change_password"], true, "the first password may stay");
    (server.api().person(&reply), "admin".to_owned())
}

async fn changed_password(newcomer: &Person) -> (Person, String) {
    let refused = newcomer.api.get("/api/v1/users").send().await;
    assert_eq!(refused.problem()["code"], "auth.password_change_required");
    let _changed = newcomer.change_password(FIRST_PASSWORD, PASSWORD).await.ok();
    (newcomer.api.login("admin", PASSWORD).await, "nothing else was allowed before".to_owned())
}

async fn disabled(operator: &Person, key: &str) -> ((), String) {
    let card_key = operator.change_card_key(key, "disable", json!({})).await.ok().data();
    ((), card_key["masked"].as_str().unwrap_or_default().to_owned())
}

async fn refused(customer: &Customer, key: &str) -> ((), String) {
    let refusal = customer.redeem_in_vain(key).await;
    assert_eq!(refusal.status, 409, "{refusal}");
    ((), refusal.to_string())
}

async fn told_no(customer: &Customer) -> ((), String) {
    let code = customer.find_stopped().await;
    assert_eq!(code, VerdictCode::Disabled);
    ((), code.to_string())
}

fn told(verdict: &Verdict) -> ((), String) {
    let until = Timestamp::from_seconds(verdict.lease_until);
    ((), format!("{}, good offline until {until}", verdict.code))
}

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port())
}
