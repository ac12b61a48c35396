//! A desktop program reduced to its licence: the first start signs in and redeems a card key, later starts ask the server, and start on
//! the lease while the server is away.
//!
//! ```text
//! cargo run -p cardkey-client --example desktop -- --server http://127.0.0.1:8000 --app <id> --data-dir ./my-app \
//!     --user wang --password '…' --card-key XXXX-XXXX-XXXX-XXXX      # the first time
//! cargo run -p cardkey-client --example desktop -- --server http://127.0.0.1:8000 --app <id> --data-dir ./my-app
//! ```
//!
//! Exit codes: 0 licensed · 1 something is broken · 2 wrong arguments · 3 sign-in or card key refused · 4 not licensed ·
//! 5 server away and no lease · 6 an answer that must not be trusted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a console program")]

use std::path::PathBuf;
use std::process::ExitCode;

use cardkey_client::{Advice, Client, Error, FileStorage, Mode, SignIn, Start};
use clap::Parser;

#[derive(Parser)]
#[command(about = "A licensed desktop program / 受许可的桌面程序示例")]
struct Arguments {
    /// The licence server's address / 授权服务器地址
    #[arg(long)]
    server: String,
    /// The app's id / 应用编号
    #[arg(long)]
    app: String,
    /// Where the licence is kept / 授权文件目录
    #[arg(long)]
    data_dir: PathBuf,
    /// User name, for the first start / 用户名(首次启动)
    #[arg(long, requires = "password")]
    user: Option<String>,
    /// Password, for the first start / 密码(首次启动)
    #[arg(long)]
    password: Option<String>,
    /// Card key, for the first start / 卡密(首次启动)
    #[arg(long)]
    card_key: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(start) => report(&start),
        Err(error) => fail(&error),
    }
}

async fn run(arguments: &Arguments) -> Result<Start, Error> {
    let client = Client::builder(&arguments.server, &arguments.app)
        .version(env!("CARGO_PKG_VERSION"))
        .storage(FileStorage::open(&arguments.data_dir)?)
        .device_key()
        .build()?;
    match client.start().await {
        Err(error) if error.advice() == Advice::Activate => {
            first_start(&client, arguments).await?;
            client.start().await
        }
        outcome => outcome,
    }
}

/// Signs in and redeems the card key. A program with a window asks for them here.
async fn first_start(client: &Client, arguments: &Arguments) -> Result<(), Error> {
    if let (Some(user), Some(password)) = (&arguments.user, &arguments.password) {
        match client.sign_in(user, password).await? {
            SignIn::Done(account) => {
                say(&format!("欢迎,{}", account.username), &format!("Welcome, {}", account.username));
            }
            SignIn::CodeNeeded(_) => {
                say("此账号需要动态验证码", "This account needs a one-time code, which this example does not ask for");
            }
        }
    }
    let card_key = arguments.card_key.as_deref().ok_or(Error::NotActivated)?;
    let verdict = match client.activate(card_key).await {
        Err(error) if error.advice() == Advice::Recover => client.recover().await?,
        outcome => outcome?,
    };
    say(&format!("卡密激活成功,授权 {}", verdict.sub), &format!("Card key redeemed, licence {}", verdict.sub));
    Ok(())
}

fn report(start: &Start) -> ExitCode {
    let verdict = &start.verdict;
    if !verdict.valid {
        say(&format!("授权无效:{}", verdict.code), &format!("Not licensed: {}", verdict.code));
        return ExitCode::from(4);
    }
    match &start.mode {
        Mode::Online => say("授权有效(在线验证)", "Licensed, says the server"),
        Mode::Offline { because } => {
            say(&format!("授权有效(离线租约):{because}"), &format!("Licensed on the lease: {because}"));
        }
    }
    let lease = cardkey_client::Timestamp::from_seconds(verdict.lease_until);
    say(&format!("离线可用至 {lease}"), &format!("Good offline until {lease}"));
    if let Some(end) = verdict.licence_end() {
        say(&format!("授权到期 {end}"), &format!("The licence ends {end}"));
    }
    ExitCode::SUCCESS
}

fn fail(error: &Error) -> ExitCode {
    let (chinese, english, code) = match error.advice() {
        Advice::SignIn => ("请登录(--user --password)", "Please sign in (--user --password)", 3),
        Advice::Activate => ("请输入卡密(--card-key)", "Please give a card key (--card-key)", 3),
        Advice::ShowMessage => ("服务器拒绝", "The server refused", 3),
        Advice::TryLater(_) => ("服务器暂时无法访问,请稍后再试", "The server is away, try again later", 5),
        Advice::GoOnline => ("请联网后再启动一次", "Go online and start once more", 5),
        Advice::CheckClock => ("请校准电脑时钟", "Put the computer's clock right", 5),
        Advice::DoNotRun => ("收到伪造的应答,程序不会启动", "A forged answer: the program does not start", 6),
        _ => ("程序或其安装有问题", "The program or its installation is at fault", 1),
    };
    eprintln!("{chinese}\n{english}: {error}");
    ExitCode::from(code)
}

fn say(chinese: &str, english: &str) {
    println!("{chinese} / {english}");
}
