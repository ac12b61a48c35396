use cardkey_announce::model::{MOST_SUBJECTS, State};
use cardkey_announce::{CreateError, EditError, PublishError, StatisticsError, WithdrawError};
use cardkey_domain::Permission;
use cardkey_identity::Forbidden;

use crate::http::error::Code;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        let at_fault = |field: &str, fault: Fault| Self::from(Faults::one(field, fault));
        match error {
            CreateError::PublicationPassed => at_fault("publish_at", Fault::TimePassed),
            CreateError::EndPassed => at_fault("expires_at", Fault::TimePassed),
            CreateError::AudienceEmpty => at_fault("audience.ids", Fault::Required),
            CreateError::AudienceTooLarge => at_fault("audience.ids", Fault::TooLong(MOST_SUBJECTS as u64)),
            CreateError::AudienceUnknown(unknown) => {
                at_fault("audience.ids", Fault::UnknownValue).with("unknown_ids", unknown)
            }
            CreateError::TooLong => at_fault("content", Fault::TooLong(20_000)).detail(
                "公告及其 HTML 过长,无法推送",
                "With its HTML the announcement does not fit in a frame of the live connection",
            ),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NotFound => Code::AnnouncementNotFound.into(),
            EditError::Published(state) => illegal(state),
            EditError::NotPublisher => Forbidden::PermissionMissing(Permission::AnnouncementsPublish).into(),
            EditError::Raced => Code::RequestConflict.into(),
            EditError::Draft(error) => error.into(),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotFound => Code::AnnouncementNotFound.into(),
            PublishError::State(state) => illegal(state),
            PublishError::Over => Code::AnnouncementOver.into(),
            PublishError::Raced => Code::RequestConflict.into(),
            PublishError::Store(error) => error.into(),
        }
    }
}

impl From<WithdrawError> for Problem {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::NotFound => Code::AnnouncementNotFound.into(),
            WithdrawError::State(state) => illegal(state),
            WithdrawError::Raced => Code::RequestConflict.into(),
            WithdrawError::Store(error) => error.into(),
        }
    }
}

impl From<StatisticsError> for Problem {
    fn from(error: StatisticsError) -> Self {
        match error {
            StatisticsError::NotFound => Code::AnnouncementNotFound.into(),
            StatisticsError::NotPublished(state) => illegal(state),
            StatisticsError::Store(error) => error.into(),
        }
    }
}

fn illegal(state: State) -> Problem {
    Problem::from(Code::AnnouncementIllegalState).with("announcement_status", state.as_str())
}
