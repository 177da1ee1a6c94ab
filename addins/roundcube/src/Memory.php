<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

/** What is known of messages that were shown in this session, in Roundcube's own cache, by SHA-256. */
final class Memory
{
    public const TTL = '12h';
    /** "Cannot tell" may be a name server that slept. */
    private const UNSURE = 600;
    /** After no answer: a Vigie that is gone must not hold a process of PHP for each mail that somebody opens. */
    private const GONE = 20;
    /** Of a case: the rest is not needed, and quotes more of the mail. */
    private const SHOWN = ['verdict' => 1, 'brand' => 1, 'error' => 1, 'explanation' => 1, 'advice' => 1];

    public function __construct(private readonly ?\rcube_cache $cache)
    {
    }

    /** Another session has another one, and does not learn what was asked in this one; so has another token. */
    public static function name(string|false $session, Settings $settings): string
    {
        $whose = implode("\n", [(string) $session, $settings->server, $settings->token]);
        return 'vigie_' . substr(hash('sha256', $whose), 0, 16);
    }

    /** The case of the message with that hash. */
    public function known(string $hash): ?array
    {
        $found = $this->cache?->get($hash);
        if (!is_array($found)) {
            return null;
        }
        return $found['verdict'] !== 'undecided' || time() - $found['at'] < self::UNSURE ? $found : null;
    }

    /** Remembers a case, and the number of its report: that of before, where there is no new one. */
    public function keep(string $hash, array $case, string $reported = ''): array
    {
        $before = $this->cache?->get($hash);
        $reported = $reported !== '' ? $reported : (string) (is_array($before) ? $before['reported'] : '');
        $kept = array_intersect_key($case, self::SHOWN) + ['at' => time(), 'reported' => $reported];
        $this->write($hash, $kept);
        return $kept;
    }

    /**
     * Throws the last Problem of that kind of question while the server wants to be left alone.
     *
     * @param bool $again somebody pressed the button: a server that only was away is tried
     */
    public function mayAsk(string $kind, bool $again): void
    {
        $pause = $this->cache?->get("pause_$kind");
        $wait = is_array($pause) ? $pause['until'] - time() : 0;
        if ($wait > 0 && (!$again || in_array($pause['kind'], ['often', 'busy'], true))) {
            throw new Problem($pause['kind'], $wait, 'not asked again');
        }
    }

    /** Remembers that. */
    public function pause(string $kind, Problem $problem): void
    {
        $wait = in_array($problem->kind, ['unreachable', 'slow'], true) ? self::GONE : $problem->wait;
        if ($wait > 0) {
            $this->write("pause_$kind", ['until' => time() + $wait, 'kind' => $problem->kind]);
        }
    }

    /** Now: Roundcube would do it after the answer has gone out, and the next question may come before. */
    private function write(string $key, array $value): void
    {
        $this->cache?->set($key, $value);
        $this->cache?->close();
    }
}
