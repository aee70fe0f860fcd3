<?php

$config = [
    'example-userpass' => [
        'exampleauth:UserPass',
        'alice:alicepass' => [
            'uid' => ['alice'],
            'mail' => ['alice@example.com'],
            'displayName' => ['Alice Example'],
            'groups' => ['engineers', 'admins'],
            'eduPersonAffiliation' => ['member', 'employee'],
        ],
    ],
];
