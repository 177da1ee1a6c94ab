<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

/** Why there is no answer: one word, for which localization/ has a sentence ("problem_…"). */
final class Problem extends \RuntimeException
{
    /**
     * @param string $kind unset, token, scope, unreachable, tls, slow, often, busy, big, unreadable, fault, foreign,
     *                     internal, lost
     * @param int    $wait seconds, where the server said so
     * @param string $why  for the administrator's log; never anything of a mail
     * @param bool   $unsure the request had left, and no answer of Vigie's own says that it was refused: a report may have arrived
     */
    public function __construct(
        public readonly string $kind,
        public readonly int $wait = 0,
        public readonly string $why = '',
        public readonly bool $unsure = false
    ) {
        parent::__construct($kind);
    }
}
