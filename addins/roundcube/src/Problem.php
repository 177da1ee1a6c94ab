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
     */
    public function __construct(
        public readonly string $kind,
        public readonly int $wait = 0,
        public readonly string $why = ''
    ) {
        parent::__construct($kind);
    }
}
