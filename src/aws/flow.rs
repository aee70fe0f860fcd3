//! Which request comes next, and what happens after a refusal.
//!
//! ```text
//!  no pool ──────────────────────────> AssumeRoleWithSAML ─────────────────> done
//!  no identity yet ──> GetId ──┐
//!  identity ───────────────────┴─┬──> GetCredentialsForIdentity ───────────> done
//!                        basic ──┴──> GetOpenIdToken ──> AssumeRoleWith… ──> done
//!
//!  ResourceNotFound, an identity from before ──> GetId, once
//!  NotAuthorized ─┬─ a guest of before ────────> GetId, once
//!                 └─ an ID token ──────────────> a newer one, once
//! ```

use super::config::Config;
use super::credentials::{Credentials, lifetime};
use super::identity_pool::{self, Login};
use super::refusal::{EXPIRED_TOKEN, NOT_AUTHORIZED, RESOURCE_NOT_FOUND, is};
use super::sts;
use crate::error::{Error, ErrorCode};
use crate::secret::Secret;
use crate::wire::{HttpRequest, HttpResponse};
use std::rc::Rc;

/// One way from a login to credentials.
#[derive(Debug)]
pub struct Flow {
    config: Rc<Config>,
    login: Option<Login>,
    identity_id: Option<String>,
    /// The identity is from an earlier flow: it may be gone.
    is_kept: bool,
    /// The pool's own token, for STS.
    token: Option<Secret>,
    /// What AWS said before a newer ID token was asked for.
    refused: Option<Error>,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// This request; its answer goes to [`Flow::take`].
    Ask(HttpRequest),
    /// A newer ID token, for [`Flow::renewed`].
    Renew,
    /// These credentials.
    Done(Granted),
}

/// What the app gets.
#[derive(Debug)]
pub struct Granted {
    /// For requests to AWS.
    pub credentials: Credentials,
    /// Seconds from when they came.
    pub lifetime: i64,
    /// Whose they are, where a pool knows them.
    pub identity_id: Option<String>,
    /// `accountId` of the configuration.
    pub account_id: Option<String>,
}

impl Flow {
    /// Begins: as a guest without a `login`. `kept` is the identity of an earlier flow of the same person.
    pub fn begin(config: Rc<Config>, login: Option<Login>, kept: Option<String>) -> Flow {
        Flow { config, login, is_kept: kept.is_some(), identity_id: kept, token: None, refused: None }
    }

    /// The next request.
    pub fn next(&self) -> Step {
        let Flow { config, login, identity_id, token, .. } = self;
        let login = login.as_ref();
        let account_id = config.account_id.as_deref();
        Step::Ask(match (&config.pool, identity_id, token) {
            (None, ..) => sts::assume_with_saml(config, login),
            (Some(pool), None, _) => identity_pool::get_id(pool, account_id, login),
            (Some(_), Some(_), Some(token)) => sts::assume_with_web_identity(config, token),
            (Some(pool), Some(id), None) if config.is_basic => identity_pool::get_open_id_token(pool, id, login),
            (Some(pool), Some(id), None) => identity_pool::get_credentials(pool, id, login, config.role_arn.as_deref()),
        })
    }

    /// Takes the answer to what was asked, which came `at` this time by the page's clock.
    ///
    /// # Errors
    /// `aws_refused`, `rate_limited`, `provider_unavailable`; `sign_in_required` / `response_expired`: the SAML response has
    /// grown too old.
    pub fn take(&mut self, response: &HttpResponse, at: i64) -> Result<Step, Error> {
        self.read(response, at).or_else(|error| self.recover(error))
    }

    /// Goes on with a newer ID token.
    ///
    /// # Errors
    /// What AWS said, when there is none.
    pub fn renewed(&mut self, token: Option<Secret>) -> Result<Step, Error> {
        match (token, &mut self.login, &self.refused) {
            (Some(token), Some(login), _) => login.value = token,
            (_, _, Some(refused)) => return Err(refused.clone()),
            _ => {}
        }
        Ok(self.next())
    }

    fn read(&mut self, response: &HttpResponse, at: i64) -> Result<Step, Error> {
        let config = self.config.clone();
        let done = |credentials: Credentials, identity_id| {
            let lifetime = lifetime(credentials.expiration, response.date, at, config.duration);
            Step::Done(Granted { credentials, lifetime, identity_id, account_id: config.account_id.clone() })
        };
        match (&config.pool, &self.identity_id, &self.token) {
            (None, ..) | (_, Some(_), Some(_)) => return Ok(done(sts::read(response)?, self.identity_id.clone())),
            (Some(_), None, _) => self.identity_id = Some(identity_pool::read_id(response)?),
            (Some(_), Some(_), None) if config.is_basic => {
                let (identity_id, token) = identity_pool::read_open_id_token(response)?;
                (self.identity_id, self.token) = (Some(identity_id), Some(token));
            }
            (Some(_), Some(_), None) => {
                let (identity_id, credentials) = identity_pool::read_credentials(response)?;
                return Ok(done(credentials, Some(identity_id)));
            }
        }
        Ok(self.next())
    }

    fn recover(&mut self, error: Error) -> Result<Step, Error> {
        let is_saml = self.config.saml_provider.is_some();
        let is_gone = is(&error, RESOURCE_NOT_FOUND) || is(&error, NOT_AUTHORIZED) && self.login.is_none();
        if self.is_kept && is_gone {
            self.is_kept = false;
            self.identity_id = None;
            return Ok(self.next());
        }
        if is(&error, NOT_AUTHORIZED) && self.login.is_some() && !is_saml && self.refused.is_none() {
            self.refused = Some(error);
            return Ok(Step::Renew);
        }
        if is(&error, EXPIRED_TOKEN) && is_saml {
            return Err(Error::new(ErrorCode::SignInRequired, "response_expired"));
        }
        Err(error)
    }
}
