use serde_json::{Value, json};

use super::reply::text;
use super::{Api, Reply};
use crate::server::ADMIN_PASSWORD;

/// The password of everybody but the administrator.
pub const PASSWORD: &str = "Customer-1-password";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Calls in their name.
    pub api: Api,
    /// Their user name.
    pub name: String,
    /// Their account.
    pub id: String,
    /// Their session.
    pub session_id: String,
    /// Their refresh token.
    pub refresh_token: String,
}

impl Api {
    /// Tries to sign in.
    pub async fn try_login(&self, name: &str, password: &str) -> Reply {
        self.nobody().post("/api/v1/auth/login", &json!({ "username": name, "password": password })).send().await
    }

    /// Signs in.
    pub async fn login(&self, name: &str, password: &str) -> Person {
        self.person(&self.try_login(name, password).await.ok())
    }

    /// Signs in on a device that names itself.
    pub async fn login_on(&self, name: &str, password: &str, device: &str) -> Person {
        let device = json!({ "id": device, "name": device, "type": "desktop" });
        let body = json!({ "username": name, "password": password, "device": device });
        self.person(&self.nobody().post("/api/v1/auth/login", &body).send().await.ok())
    }

    /// The person that a token reply is about.
    #[must_use]
    pub fn person(&self, reply: &Reply) -> Person {
        let reply = reply.json();
        Person {
            api: self.bearing(&text(&reply["access_token"])),
            name: text(&reply["data"]["user"]["username"]),
            id: text(&reply["data"]["user"]["id"]),
            session_id: text(&reply["data"]["session"]["id"]),
            refresh_token: text(&reply["refresh_token"]),
        }
    }

    /// The administrator.
    pub async fn admin(&self) -> Person {
        self.login("admin", ADMIN_PASSWORD).await
    }
}

impl Person {
    /// Changes their password.
    pub async fn change_password(&self, old: &str, new: &str) -> Reply {
        let body = json!({ "old_password": old, "new_password": new });
        self.api.post("/api/v1/auth/password/change", &body).send().await
    }

    /// Asks whether their session is alive.
    pub async fn check_session(&self) -> Reply {
        self.api.get("/api/v1/auth/check-session").send().await
    }

    /// Exchanges their refresh token.
    pub async fn refresh(&self) -> Reply {
        self.api.nobody().post("/api/v1/auth/refresh", &json!({ "refresh_token": self.refresh_token })).send().await
    }

    /// Signs out.
    pub async fn logout(&self) -> Reply {
        self.api.post("/api/v1/auth/logout", &json!({})).send().await
    }

    /// Makes an account, without signing it in.
    pub async fn create_user(&self, name: &str, roles: &[&str]) -> Value {
        let email = format!("{name}@example.org");
        let body = json!({ "username": name, "email": email, "password": PASSWORD, "roles": roles });
        self.api.post("/api/v1/users", &body).send().await.ok().data()
    }

    /// Makes an account with these roles and signs it in.
    pub async fn hire(&self, name: &str, roles: &[&str]) -> Person {
        self.create_user(name, roles).await;
        self.api.login(name, PASSWORD).await
    }

    /// Makes a customer and signs them in.
    pub async fn customer(&self, name: &str) -> Person {
        self.hire(name, &["user"]).await
    }
}
