//! An OpenID provider as far as we need it (OpenID Connect Discovery §3 names).

/// Endpoints and issuer of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The values of `iss` that are accepted. More than one only where the provider has two names.
    pub issuers: Vec<String>,
    /// `authorization_endpoint`
    pub authorization_endpoint: String,
    /// `token_endpoint`
    pub token_endpoint: String,
    /// `jwks_uri`
    pub jwks_uri: String,
    /// `revocation_endpoint` (RFC 7009)
    pub revocation_endpoint: String,
    /// Where the person's session at the provider ends.
    pub end_session_endpoint: String,
}
