<?php

// SimpleSAMLphp on one port of this machine, for one run: all that it writes goes into SSP_FOLDER.

$config = [
    'baseurlpath' => getenv('SSP_ORIGIN') . '/',
    'certdir' => getenv('SSP_FOLDER') . '/',
    'loggingdir' => getenv('SSP_FOLDER') . '/',
    'datadir' => getenv('SSP_FOLDER') . '/',
    'tempdir' => getenv('SSP_FOLDER') . '/temp',
    'metadatadir' => __DIR__ . '/metadata/',
    'metadata.sources' => [['type' => 'flatfile']],
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],

    // Cookies are the host's, not the port's: the names keep two providers of one machine apart.
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => getenv('SSP_FOLDER'),
    'session.phpsession.cookiename' => 'ssp' . getenv('SSP_PORT'),
    'session.authtoken.cookiename' => 'sspAuth' . getenv('SSP_PORT'),
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'language.cookie.secure' => false,
    'language.cookie.samesite' => null,

    // Standard error, whose end the starting program keeps.
    'logging.handler' => 'errorlog',
    'logging.level' => SimpleSAML\Logger::WARNING,
    'showerrors' => true,
    'errorreporting' => false,

    'secretsalt' => getenv('SSP_SECRET'),
    'auth.adminpassword' => getenv('SSP_SECRET'),
    'admin.checkforupdates' => false,
    'timezone' => 'UTC',
];
