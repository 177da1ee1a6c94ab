<?php

// What the plugin for Roundcube says of a report to the server that is named: `php reported.php address`, Guzzle as Debian has it.

declare(strict_types=1);

use Vigie\Roundcube\Client;
use Vigie\Roundcube\Problem;
use Vigie\Roundcube\Settings;
use Vigie\Roundcube\View;

require_once 'GuzzleHttp/autoload.php';
foreach (['Client', 'Problem', 'Settings', 'View'] as $name) {
    require_once __DIR__ . "/../../addins/roundcube/src/$name.php";
}

final class rcube_config
{
    public function __construct(private readonly array $values)
    {
    }

    public function get(string $name, mixed $default = null): mixed
    {
        return $this->values[$name] ?? $default;
    }
}

$labels = [];
require __DIR__ . '/../../addins/roundcube/localization/fr_FR.inc';
$view = new View(fn (string $key, array $vars = []): string => $labels[$key], true);
$settings = Settings::read(new rcube_config(['vigie_server' => $argv[1], 'vigie_token' => str_repeat('x', 47), 'vigie_timeout' => 2]));
$mail = fopen('php://temp', 'w+');
fwrite($mail, "Subject: Vos droits\r\n\r\nBonjour\r\n");
try {
    echo $view->verdict(['reported' => (new Client(new GuzzleHttp\Client(), $settings))->report($mail)['id'], 'verdict' => 'undecided'])['note'];
} catch (Problem $problem) {
    echo $view->unreported($problem)['note'];
}
