<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

use GuzzleHttp\ClientInterface;
use GuzzleHttp\Exception\ConnectException;
use GuzzleHttp\Exception\GuzzleException;
use GuzzleHttp\Exception\RequestException;
use Psr\Http\Message\ResponseInterface;

/** What is asked of Vigie's API (docs/api.md). Every method throws Problem. */
final class Client
{
    private const VERDICTS = ['impersonation', 'suspicious', 'undecided', 'genuine', 'unrelated'];
    private const PROBLEMS = [
        401 => 'token', 403 => 'scope', 404 => 'foreign', 408 => 'slow', 413 => 'big', 415 => 'unreadable',
        421 => 'foreign', 422 => 'unreadable', 429 => 'often', 503 => 'busy', 504 => 'slow',
    ];
    /** Of libcurl: a certificate or a handshake that will not do. */
    private const TLS = [35, 51, 53, 54, 58, 59, 60, 66, 77, 82, 83, 90, 91];
    /** Of libcurl: no host, no connection. Nothing has left. */
    private const UNCONNECTED = [5, 6, 7];
    private const TIMED_OUT = 28;
    private const LATER = 30;
    /** Half of a surrogate pair, which a hostile header can bring into the answer: json_decode would give up. */
    private const HALF = '~(?:\\\\\\\\|\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2})(*SKIP)(*FAIL)'
        . '|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}~';

    public function __construct(private readonly ClientInterface $http, private readonly Settings $settings)
    {
    }

    /**
     * The case of a message; nothing is stored.
     *
     * @param resource $mail
     */
    public function check($mail): array
    {
        return self::case($this->ask('check', $mail));
    }

    /**
     * Hands a message in, to be kept; for who has agreed.
     *
     * @param resource $mail
     *
     * @return array{id: string, case: array}
     */
    public function report($mail): array
    {
        $told = $this->ask('reports?consent=true', $mail);
        if (!is_string($told['id'] ?? null)) {
            throw new Problem('foreign', why: 'no number of the report', unsure: true);
        }
        return ['id' => $told['id'], 'case' => self::case($told['case'] ?? null)];
    }

    /** @param resource $mail */
    private function ask(string $path, $mail): array
    {
        rewind($mail);
        try {
            $answer = $this->http->request('POST', "{$this->settings->server}/api/v1/$path", [
                'headers' => [
                    'Authorization' => "Bearer {$this->settings->token}",
                    'Content-Type' => 'message/rfc822',
                    'Accept' => 'application/json',
                    'User-Agent' => 'vigie-roundcube',
                    'Expect' => '',
                ],
                'body' => $mail,
                // Whatever $config['http_client'] says: the token and the mail go to that server and nowhere else.
                'verify' => $this->settings->authority,
                'allow_redirects' => false,
                'cookies' => false,
                'http_errors' => false,
                'connect_timeout' => $this->settings->connectTimeout,
                'timeout' => $this->settings->timeout,
                'read_timeout' => $this->settings->timeout,
            ]);
            $status = $answer->getStatusCode();
            $body = (string) $answer->getBody();
        } catch (GuzzleException | \RuntimeException | \InvalidArgumentException $error) {
            throw self::failed($error);
        }
        return in_array($status, [200, 201], true) ? self::decoded($body) : throw self::refused($answer);
    }

    private static function decoded(string $body): array
    {
        $told = json_decode((string) preg_replace(self::HALF, '\\ufffd', $body), true, 64);
        if (!is_array($told)) {
            throw new Problem('foreign', why: 'no JSON', unsure: true);
        }
        return $told;
    }

    private static function failed(\Throwable $error): Problem
    {
        $known = $error instanceof ConnectException || $error instanceof RequestException;
        $number = $known ? (int) ($error->getHandlerContext()['errno'] ?? 0) : 0;
        $kind = match (true) {
            $number === self::TIMED_OUT => 'slow',
            in_array($number, self::TLS, true) => 'tls',
            default => 'unreachable',
        };
        $unsure = !in_array($number, [...self::TLS, ...self::UNCONNECTED], true);
        // Its text names the address, with what an administrator put into it.
        return new Problem($kind, why: "curl $number", unsure: $unsure);
    }

    private static function refused(ResponseInterface $answer): Problem
    {
        $status = $answer->getStatusCode();
        $kind = self::PROBLEMS[$status] ?? ($status >= 500 ? 'fault' : 'foreign');
        $wait = in_array($status, [429, 503], true) ? self::seconds($answer->getHeaderLine('Retry-After')) : 0;
        return new Problem($kind, $wait, "status $status", !self::isOwn($answer));
    }

    /** A refusal of Vigie's own (RFC 9457): nothing was kept. What stands between may say anything after it has passed a report on. */
    private static function isOwn(ResponseInterface $answer): bool
    {
        $status = $answer->getStatusCode();
        $problem = preg_match('~^application/problem\+json\b~i', $answer->getHeaderLine('Content-Type')) === 1;
        return $problem && (($status >= 400 && $status < 500) || $status === 503);
    }

    /** RFC 9110 section 10.2.3: seconds, or a date. */
    private static function seconds(string $text): int
    {
        if (preg_match('~^\d{1,6}$~D', $text)) {
            return max(1, (int) $text);
        }
        $until = strtotime($text);
        return $until === false ? self::LATER : min(86400, max(1, $until - time()));
    }

    private static function case(mixed $told): array
    {
        if (!is_array($told) || !in_array($told['verdict'] ?? null, self::VERDICTS, true)) {
            throw new Problem('foreign', why: 'no case', unsure: true);
        }
        return $told;
    }
}
