<?php

// One long attribute, if the starting program wants it.
$padding = json_decode(getenv('SSP_SP'), true)['padding'];

$config = [
    'example-userpass' => [
        'exampleauth:UserPass',
        'alice:alicepass' => [
            'uid' => ['alice'],
            'mail' => ['alice@example.com'],
            'displayName' => ['Alice Example'],
            'groups' => ['engineers', 'admins'],
            'eduPersonAffiliation' => ['member', 'employee'],
        ] + ($padding ? ['padding' => [str_repeat('x', $padding)]] : []),
        'bob:bobpass' => [
            'uid' => ['bob'],
            'mail' => ['bob@example.com'],
        ],
    ],
];
