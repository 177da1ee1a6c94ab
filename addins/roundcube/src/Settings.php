<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

/** What the administrator has set (config.inc.php.dist says what each one is). */
final class Settings
{
    /** A report may have that many bytes; more is not asked for (docs/api.md). */
    public const REPORT_BYTES = 4 * 1024 * 1024;

    private const LOOPBACK = '~^http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$~D';
    private const SAFE = '~^https://[^/?#@\s]+(/[^?#\s]*)?$~D';

    private function __construct(
        public readonly string $server,
        public readonly string $token,
        public readonly string|bool $authority,
        public readonly int $maxBytes,
        public readonly float $connectTimeout,
        public readonly float $timeout
    ) {
    }

    /** Throws Problem where the server or the token is missing, or would be asked over a line that others can read. */
    public static function read(\rcube_config $config): self
    {
        $server = rtrim((string) $config->get('vigie_server', ''), '/');
        $token = trim((string) $config->get('vigie_token', ''));
        if ($server === '' && $token === '') {
            throw new Problem('unset', why: 'nothing is set: vigie.inc.php was not found, or the web server may not read it');
        }
        if (!preg_match(self::SAFE, $server) && !preg_match(self::LOOPBACK, $server)) {
            throw new Problem('unset', why: 'vigie_server is no https:// address');
        }
        if (!preg_match('~^[A-Za-z0-9_-]{20,200}$~D', $token)) {
            throw new Problem('unset', why: 'vigie_token is missing');
        }
        $authority = (string) $config->get('vigie_ca_file', '');
        if ($authority !== '' && !is_readable($authority)) {
            throw new Problem('unset', why: 'vigie_ca_file cannot be read');
        }
        return new self(
            $server,
            $token,
            $authority ?: true,
            max(1, (int) $config->get('vigie_max_bytes', 25 * 1024 * 1024)),
            max(0.1, (float) $config->get('vigie_connect_timeout', 3)),
            max(0.1, (float) $config->get('vigie_timeout', 20))
        );
    }
}
