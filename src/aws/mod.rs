//! A session in, temporary AWS credentials out: Amazon Cognito identity pools and AWS STS.
//!
//! ```text
//!                         ┌─ enhanced ─> GetCredentialsForIdentity ────────────────────────────┐
//!  ID token ─┐            │                                                                    │
//!  guest ────┼─> GetId ───┴─ basic ────> GetOpenIdToken ──> STS AssumeRoleWithWebIdentity ─────┼─> Credentials
//!  response ─┴───────────── no pool ───> STS AssumeRoleWithSAML ───────────────────────────────┘
//! ```
//!
//! | room | specification |
//! |---|---|
//! | [`config`] | the `aws` section of the configuration |
//! | [`flow`] | which request comes next, and after a refusal |
//! | [`identity_pool`] | Amazon Cognito identity pools (Federated Identities) API Reference |
//! | [`sts`] | AWS STS API Reference, 2011-06-15 |
//! | [`credentials`] | what came, and how long it lives by this machine's clock |
//! | [`refusal`] | AWS's error types → ours |
//!
//! No request is signed: these four actions are those that make the first credentials.

pub mod config;
pub mod credentials;
pub mod flow;
pub mod identity_pool;
pub mod refusal;
pub mod sts;
