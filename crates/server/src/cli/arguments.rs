use cardkey_domain::EventId;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Cardkey: self-hosted licensing of desktop applications.
#[derive(Parser)]
#[command(name = "cardkey", version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 it could not be done, and one line on standard error says why; 2 not a command.\n\
                          Settings come from the environment and .env; see .env.example.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Serve the API until told to stop by SIGTERM or Ctrl-C (what happens without a command, too)
    Serve,
    /// Bring the database up to date
    Migrate(MigrateOptions),
    /// Look whether the server could start and run
    Doctor(DoctorOptions),
    /// Look at events and dead letters, and replay them
    #[command(subcommand)]
    Events(EventsCommand),
    /// Check the audit log's chain, and archive what is old
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Work on what is encrypted
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Print every setting with its meaning, as .env.example
    Settings {
        /// As docs/configuration.md instead
        #[arg(long)]
        markdown: bool,
    },
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

#[derive(Args)]
pub(super) struct MigrateOptions {
    /// Only tell what was and what would be applied
    #[arg(long)]
    pub(super) status: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Subcommand)]
pub(super) enum EventsCommand {
    /// List what happened, newest first
    List {
        /// Events of this name alone, as card_key.activated
        #[arg(long)]
        name: Option<String>,
        /// So many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show an event with what handlers failed at
    Show {
        /// Which
        id: EventId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List what handlers gave up, newest first
    Dead {
        /// So many events at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give dead letters again to the handlers that gave them up
    Replay {
        /// Of this event
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<EventId>,
        /// All of them
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Look whether any row was changed, deleted, moved, added or cut off since it was sealed; 1 when something is wrong
    Verify {
        /// Believe this key alone (base64url), whatever the database and the data folder say
        #[arg(long)]
        public_key: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Move old rows to compressed files, and delete files whose time is over, as is done every night
    Archive {
        /// Rows before this time (RFC 3339), instead of those older than AUDIT_HOT_DAYS
        #[arg(long)]
        before: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum SecretsCommand {
    /// Encrypt everything under ENCRYPTION_KEY that is encrypted under ENCRYPTION_KEY_OLD
    Rotate(RotateOptions),
}

#[derive(Args)]
pub(super) struct RotateOptions {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct DoctorOptions {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
