//! The one table of what can go wrong: stable code, status and what people are told. `docs/errors.md` is made from it.

use super::message::Message;

macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $zh:literal, $en:literal;)+) => {
        /// A stable error code. Clients decide by it; it never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Code {
            $($name),+
        }

        impl Code {
            /// Every code there is.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code on the wire.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status it goes with.
            pub(crate) fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// What people are told.
            pub(crate) fn message(self) -> Message {
                match self { $(Self::$name => Message { zh: $zh, en: $en }),+ }
            }
        }
    };
}

// One line a code, in groups by noun, in the order of the status within a group.
#[rustfmt::skip]
mod table {
    use super::Message;

    codes! {
        ValidationFailed = "validation.failed", 400, "请求参数有误", "Some fields are not acceptable";

        RequestMalformedJson = "request.malformed_json", 400, "请求体不是有效的 JSON", "The body is not valid JSON";
        RequestBodyMissing = "request.body_missing", 400, "缺少请求体", "The request needs a body";
        RequestNotFound = "request.not_found", 404, "没有这个地址", "There is nothing at this address";
        RequestMethodNotAllowed = "request.method_not_allowed", 405, "此地址不支持该请求方法", "This address does not take that method";
        RequestTimeout = "request.timeout", 408, "请求体发送超时", "The body took too long to arrive";
        RequestConflict = "request.conflict", 409, "数据已被他人修改,请重试", "Somebody else changed it at the same time; try again";
        RequestTooLarge = "request.too_large", 413, "请求体过大", "The body is too large";
        RequestUnsupportedMediaType = "request.unsupported_media_type", 415, "请求体必须是 application/json", "The body must be application/json";

        IdempotencyMalformedKey = "idempotency.malformed_key", 400, "Idempotency-Key 格式有误", "The Idempotency-Key is not 1 to 255 visible ASCII characters";
        IdempotencyInFlight = "idempotency.in_flight", 409, "相同的请求正在处理", "The same request is being worked on";
        IdempotencyMismatch = "idempotency.mismatch", 422, "Idempotency-Key 已用于另一请求", "The Idempotency-Key was used for another request";

        AuthRequired = "auth.required", 401, "请先登录", "Sign in first";
        AuthTokenInvalid = "auth.token_invalid", 401, "登录凭证无效", "The token is not valid";
        AuthTokenExpired = "auth.token_expired", 401, "登录凭证已过期", "The token has expired";
        AuthSessionEnded = "auth.session_ended", 401, "会话已结束", "The session has ended";
        AuthInvalidCredentials = "auth.invalid_credentials", 401, "用户名或密码错误", "The name or the password is wrong";
        AuthTokenReused = "auth.token_reused", 401, "刷新凭证已被使用过,会话已结束", "The refresh token was used before; the session has ended";
        AuthAccountDisabled = "auth.account_disabled", 403, "账号已停用", "The account is disabled";
        AuthForbidden = "auth.forbidden", 403, "没有权限", "You may not do this";
        AuthPasswordChangeRequired = "auth.password_change_required", 403, "请先修改密码", "Change the password first";
        AuthLocked = "auth.locked", 423, "失败次数过多,已暂时锁定", "Too many failures; locked for a while";
        AuthBusy = "auth.busy", 503, "登录请求过多,请稍后再试", "Too many are signing in; try again";

        AnnouncementNotFound = "announcement.not_found", 404, "公告不存在", "There is no such announcement";
        AnnouncementIllegalState = "announcement.illegal_state", 409, "公告当前状态不允许此操作", "The announcement is in a state that does not allow this";
        AnnouncementOver = "announcement.over", 409, "公告的有效期已过", "The announcement would be over already";

        AppDisabled = "app.disabled", 403, "应用已停用", "The app is out of use";
        AppNotFound = "app.not_found", 404, "应用不存在", "There is no such app";
        AppMaintenance = "app.maintenance", 503, "应用维护中,请稍后再试", "The app is under maintenance; come back later";

        BatchNotFound = "batch.not_found", 404, "批次不存在", "There is no such batch";
        BatchNotRunning = "batch.not_running", 409, "批次已结束", "The batch runs no more";
        BatchExportBusy = "batch.export_busy", 503, "导出任务过多,请稍后再试", "Too many exports are under way; try again";

        CardKeyInvalid = "card_key.invalid", 400, "无效的卡密", "The card key is not valid";
        CardKeyDisabled = "card_key.disabled", 403, "卡密已被禁用", "The card key is disabled";
        CardKeyNotFound = "card_key.not_found", 404, "卡密不存在", "There is no such card key";
        CardKeyAlreadyUsed = "card_key.already_used", 409, "卡密已被使用", "The card key is used elsewhere";
        CardKeyTrialTaken = "card_key.trial_taken", 409, "此设备已试用过该应用", "The device had its trial of the app";
        CardKeyIllegalState = "card_key.illegal_state", 409, "卡密当前状态不允许此操作", "The card key is in a state that does not allow this";
        CardKeyNotExtendable = "card_key.not_extendable", 409, "该卡密无法如此续期", "The card key gains nothing by this extension";
        CardKeySameOwner = "card_key.same_owner", 409, "卡密已属于该用户", "The account has the card key already";
        CardKeyExpired = "card_key.expired", 410, "卡密已过期", "The card key has expired";

        LicenceRefused = "license.refused", 403, "许可当前不可用", "The licence is not good at present";
        LicenceUnbindForbidden = "license.unbind_forbidden", 403, "该应用不允许自行解绑设备", "This app leaves the unbinding of devices to its operators";
        LicenceNotFound = "license.not_found", 404, "许可不存在", "There is no such licence";
        LicenceUnbindTooSoon = "license.unbind_too_soon", 429, "距上次解绑时间过短,请稍后再试", "It is too soon after the last unbinding";
        LicenceUnbindLimit = "license.unbind_limit", 429, "解绑次数已达上限", "As many devices were unbound as are allowed in a year";

        VerdictInvalid = "verdict.invalid", 400, "许可凭证无效", "This is no verdict of ours";
        VerdictExpired = "verdict.expired", 400, "许可凭证过旧,请重新获取", "The verdict is too old; get a new one";

        DeviceUnidentifiable = "device.unidentifiable", 400, "设备信息无法识别设备", "Nothing identifies the device";
        DeviceNotFound = "device.not_found", 404, "设备不存在", "There is no such device";
        DeviceAlreadyBound = "device.already_bound", 409, "设备已绑定", "The device is bound already";
        DeviceNotBound = "device.not_bound", 409, "设备未绑定", "The device is not bound";

        AuditLogExportBusy = "audit_log.export_busy", 503, "导出任务过多,请稍后再试", "Too many exports are under way; try again";

        LiveHandshakeInvalid = "live.handshake_invalid", 400, "WebSocket 握手请求有误", "The WebSocket handshake is not valid";
        LiveTicketInvalid = "live.ticket_invalid", 401, "连接票据无效或已使用", "The ticket is not valid, or was used";
        LiveOriginRefused = "live.origin_refused", 403, "不允许来自该来源的连接", "Pages of that origin may not connect";
        LiveEpochUnknown = "live.epoch_unknown", 409, "未知的 epoch,请重新加载公告", "That is another log; load the inbox anew";
        LiveSeqUnknown = "live.seq_unknown", 409, "该序号尚不存在,请重新加载公告", "The log has not come to that number; load the inbox anew";
        LiveUpgradeRequired = "live.upgrade_required", 426, "此地址只接受 WebSocket 连接", "This address takes WebSocket connections alone";
        LiveResumeTooOften = "live.resume_too_often", 429, "恢复请求过于频繁", "Resume once a second at most";
        LiveBusy = "live.busy", 503, "连接请求过多,请稍后再试", "Too many are connecting; try again";

        FrameMalformed = "frame.malformed", 400, "WebSocket 帧有误", "That is no WebSocket frame, or its text is not UTF-8";
        FrameMalformedJson = "frame.malformed_json", 400, "帧内容不是有效的 JSON", "The frame is not valid JSON";
        FrameNotText = "frame.not_text", 400, "只接受未分片的文本帧", "Frames are text, in one piece";
        FrameUnknownType = "frame.unknown_type", 400, "未知的帧类型", "There is no such type of frame";
        FrameInvalid = "frame.invalid", 400, "帧的字段有误", "The fields of the frame are not those of its type";
        FrameTooLong = "frame.too_long", 413, "帧过长", "The frame is too long";
        FrameFlood = "frame.flood", 429, "发送过于频繁", "Too many frames";

        EventNotFound = "event.not_found", 404, "事件不存在", "There is no such event";
        EventNotDead = "event.not_dead", 409, "该事件没有投递失败", "No handler gave the event up";

        BlacklistBlocked = "blacklist.blocked", 403, "已被列入黑名单", "The account, device or address is shut out";
        BlacklistNotFound = "blacklist.not_found", 404, "黑名单条目不存在", "There is no such entry";
        BlacklistAlreadyLifted = "blacklist.already_lifted", 409, "黑名单条目已移除", "The entry was lifted already";

        PasswordWrong = "password.wrong", 400, "原密码错误", "The old password is wrong";
        PasswordUnchanged = "password.unchanged", 400, "新密码不能与原密码相同", "The new password is the old one";

        SessionNotFound = "session.not_found", 404, "会话不存在", "There is no such session";

        UserNotFound = "user.not_found", 404, "用户不存在", "There is no such account";
        UserNameTaken = "user.name_taken", 409, "用户名已被使用", "The user name is taken";
        UserEmailTaken = "user.email_taken", 409, "邮箱已被使用", "The email address is taken";
        UserLastSuperAdmin = "user.last_super_admin", 409, "必须保留最后一个超级管理员", "The last super administrator stays";

        RoleGrantsTooMuch = "role.grants_too_much", 403, "不能授予或更改自己没有的权限", "Nobody grants what they do not hold, or changes who holds more";
        RoleNotFound = "role.not_found", 404, "角色不存在", "There is no such custom role";
        RoleBuiltIn = "role.built_in", 409, "内置角色不能更改", "A built-in role cannot be changed";
        RoleNameTaken = "role.name_taken", 409, "角色名已被使用", "The role's name is taken";
        RoleHeld = "role.held", 409, "仍有用户拥有该角色", "Accounts hold the role";

        SigningKeyNotInUse = "signing_key.not_in_use", 409, "当前使用共享密钥签名,无密钥可轮换", "Tokens are signed with a shared secret; there is no key to rotate";

        SystemInternal = "system.internal", 500, "内部错误", "internal error";
        SystemUnavailable = "system.unavailable", 503, "服务暂时不可用,请稍后再试", "The service is unavailable for the moment; try again";
        SystemDraining = "system.draining", 503, "服务正在停止", "The service is stopping";
    }
}

pub(crate) use table::Code;

#[cfg(test)]
mod tests;
