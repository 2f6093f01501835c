<?php

// SimpleSAMLphp as two institutions of the tests run it. What it writes goes to the folder of one run.

$folder = getenv('IDP_FOLDER');
// Each institution has a host name of its own.
$host = $_SERVER['HTTP_HOST'] ?? 'localhost';

$config = [
    'baseurlpath' => "http://$host/",
    'certdir' => "$folder/",
    'loggingdir' => "$folder/",
    'datadir' => "$folder/",
    'tempdir' => "$folder/temporary",
    'attributenamemapdir' => getenv('SIMPLESAMLPHP') . '/../../../etc/simplesamlphp/attributemap/',
    'metadata.sources' => [
        ['type' => 'flatfile', 'directory' => __DIR__ . '/metadata'],
        ['type' => 'flatfile', 'directory' => $folder],
    ],
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => "$folder/sessions",
    'session.phpsession.cookiename' => 'idp',
    'session.authtoken.cookiename' => 'idp_token',

    'secretsalt' => 'a salt of the tests',
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'technicalcontact_name' => '学認担当',
    'technicalcontact_email' => 'gakunin@mihon.example.ac.jp',
    'timezone' => 'Asia/Tokyo',

    'trusted.url.domains' => [getenv('SERVICE_HOST')],

    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
    'language.available' => ['ja', 'en'],
    'language.default' => 'ja',

    'logging.handler' => 'file',
    'logging.level' => SimpleSAML\Logger::INFO,
    'logging.logfile' => 'simplesamlphp.log',
    'showerrors' => true,
    'admin.checkforupdates' => false,
];
