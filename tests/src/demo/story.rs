use std::path::Path;

use cardkey_client::{Timestamp, Verdict, VerdictCode};

use super::customer::{self, Customer};
use super::operator::Operator;
use super::server::Server;
use super::telling::{Failure, Narrator, Step};

const OPERATOR: &str = "operator";
const CUSTOMER: &str = "customer";
const SERVER: &str = "server";

/// Where the story plays.
pub struct Stage<'a> {
    /// The database, as DATABASE_URL takes it: empty.
    pub database: &'a str,
    /// A folder for what the server and the customer's computers keep: empty.
    pub folder: &'a Path,
    /// How many card keys the operator sells.
    pub card_keys: usize,
}

/// Plays the story and tells each step; the first thing that is not as it should be ends it.
pub async fn play(stage: &Stage<'_>, tell: &mut dyn FnMut(&Step)) -> Result<(), Failure> {
    let mut story = Narrator::new(tell);
    let mut server = story.step(SERVER, "starts with an empty data folder", async || start(stage).await).await?;
    let url = server.url().to_owned();
    let (operator, app, batch, keys) = sell(&mut story, &url, stage.card_keys).await?;
    let computer = |number| Customer::at_computer(number, &url, &app, stage.folder);

    story.step(CUSTOMER, "signs in on a first computer", async || done(computer(1)?.sign_in().await?)).await?;
    story.step(CUSTOMER, "redeems a card key there", async || told(&computer(1)?.redeem(&keys[0]).await?)).await?;
    story.step(CUSTOMER, "starts: the server says yes", async || told(&computer(1)?.start_online().await?)).await?;
    story.step(SERVER, "stops", async || stopped(&mut server).await).await?;
    story.step(CUSTOMER, "starts offline, on the lease", async || told(&computer(1)?.start_offline().await?)).await?;
    story.step(SERVER, "comes back with its data", async || started(&mut server).await).await?;
    story.step(CUSTOMER, "signs in on a second computer", async || done(computer(2)?.sign_in().await?)).await?;
    story
        .step(CUSTOMER, "is refused there: the card key is used", async || refused(&computer(2)?, &keys[0]).await)
        .await?;
    story.step(OPERATOR, "shuts the card key off", async || done(operator.disable_redeemed(&batch).await?)).await?;
    story.step(CUSTOMER, "is stopped at the next start", async || told_no(&computer(1)?).await).await?;
    story.step(SERVER, "stops again", async || stopped(&mut server).await).await?;
    story
        .step(CUSTOMER, "finds no way round by going offline", async || done(computer(1)?.find_lease_gone().await?))
        .await
}

/// What happens before there are customers: the operator, the app, the card keys, and the customer's account.
async fn sell(
    story: &mut Narrator<'_>,
    url: &str,
    count: usize,
) -> Result<(Operator, String, String, Vec<String>), Failure> {
    let mut operator =
        story.step(OPERATOR, "signs in for the first time", async || done(Operator::arrive(url).await?)).await?;
    story
        .step(OPERATOR, "must change the password, and does", async || done(operator.change_password().await?))
        .await?;
    let app = story
        .step(OPERATOR, "registers an app", async || {
            let app = operator.register_app("Demo").await?;
            Ok((app.clone(), app))
        })
        .await?;
    let batch = story
        .step(OPERATOR, "generates card keys", async || {
            Ok((operator.generate(&app, count).await?, format!("{count} card keys")))
        })
        .await?;
    let keys = story
        .step(OPERATOR, "exports them", async || {
            let keys = operator.export(&batch).await?;
            let outcome = format!("{}, {}, …", keys[0], keys[1]);
            if keys.len() == count { Ok((keys, outcome)) } else { Err(format!("{} card keys", keys.len())) }
        })
        .await?;
    story
        .step(OPERATOR, "makes an account for a customer", async || {
            operator.make_account(customer::NAME, customer::PASSWORD).await?;
            Ok(((), customer::NAME.to_owned()))
        })
        .await?;
    Ok((operator, app, batch, keys))
}

async fn start(stage: &Stage<'_>) -> Result<(Server, String), String> {
    let server = Server::start(stage.database, &stage.folder.join("server")).await?;
    let url = server.url().to_owned();
    Ok((server, url))
}

async fn stopped(server: &mut Server) -> Result<((), String), String> {
    server.stop().await?;
    Ok(((), "nobody listens any more".to_owned()))
}

async fn started(server: &mut Server) -> Result<((), String), String> {
    server.start_again().await?;
    Ok(((), server.url().to_owned()))
}

async fn refused(customer: &Customer, card_key: &str) -> Result<((), String), String> {
    let refusal = customer.redeem_in_vain(card_key).await?;
    if refusal.status == 409 { Ok(((), refusal.to_string())) } else { Err(format!("{} {refusal}", refusal.status)) }
}

async fn told_no(customer: &Customer) -> Result<((), String), String> {
    match customer.find_stopped().await? {
        VerdictCode::Disabled => Ok(((), VerdictCode::Disabled.to_string())),
        other => Err(format!("stopped for another reason: {other}")),
    }
}

fn told(verdict: &Verdict) -> Result<((), String), String> {
    let until = Timestamp::from_seconds(verdict.lease_until);
    Ok(((), format!("{}, good offline until {until}", verdict.code)))
}

fn done<T>(result: T) -> Result<(T, String), String> {
    Ok((result, String::new()))
}
