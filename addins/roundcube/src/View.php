<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

/** What a person is shown: sentences, by what is known. vigie.js puts them there as text and nothing else. */
final class View
{
    private const MARKS = [
        'genuine' => '✔', 'impersonation' => '✖', 'suspicious' => '!', 'undecided' => '?', 'unrelated' => '–',
        'checking' => '…', 'unasked' => '…', 'problem' => '⚠',
    ];
    private const BRANDS = ['ameli', 'franceconnect', 'antai', 'caf', 'francetravail', 'impots', 'laposte', 'urssaf'];
    private const LONGEST = 4000;
    private const MOST_LINES = 20;

    /**
     * @param \Closure(string, array=): string $say
     * @param bool $reports whether there is a button for it
     */
    public function __construct(private readonly \Closure $say, private readonly bool $reports)
    {
    }

    /** A message whose case is known. */
    public function verdict(array $case): array
    {
        $brand = in_array($case['brand'] ?? null, self::BRANDS, true) ? $case['brand'] : 'other';
        $kind = $case['verdict'];
        $sentence = $this->say(empty($case['error']) ? $kind : 'unexaminable', ['brand' => $this->say("brand_$brand")]);
        $lang = $this->say('language');
        $details = [$case['explanation'][$lang] ?? null, ...array_values((array) ($case['advice'][$lang] ?? []))];
        $reported = is_string($case['reported'] ?? null) ? $case['reported'] : '';
        $note = $reported === '' ? '' : $this->say('reported', ['number' => $reported]);
        return $this->view($kind, $sentence, $kind === 'genuine' || $reported !== '' ? [] : ['report'], $note, $details);
    }

    /** Being asked about. */
    public function checking(): array
    {
        return $this->view('checking', $this->say('checking'));
    }

    /** Nobody has asked yet, and nobody will unless she presses the button. */
    public function unasked(): array
    {
        return $this->view('unasked', $this->say('unasked'), ['check', 'report']);
    }

    /** Before a message is handed in. */
    public function consent(): array
    {
        return $this->view('consent', $this->say('consent'), ['send', 'back']);
    }

    /** Why a message was not checked, and the button for asking again. */
    public function problem(Problem $problem): array
    {
        return $this->view('problem', $this->failed($problem, 'check'), ['again'], $this->say('meanwhile'));
    }

    /** Why a report did not arrive, or may not have: vigie.js puts it below what stood there before. */
    public function unreported(Problem $problem): array
    {
        return $this->view('unreported', '', note: $this->failed($problem, 'report'));
    }

    private function failed(Problem $problem, string $kind): string
    {
        $soon = match (true) {
            $problem->wait <= 0 => $this->say('later'),
            $problem->wait < 90 => $this->say('in_seconds', ['n' => (string) $problem->wait]),
            default => $this->say('in_minutes', ['n' => (string) (int) ceil($problem->wait / 60)]),
        };
        $first = $kind === 'report' && $problem->unsure ? 'unsure_report' : "no_$kind";
        return $this->say($first) . ' ' . $this->say("problem_{$problem->kind}", ['soon' => $soon]);
    }

    private function view(string $kind, string $said, array $asks = [], string $note = '', array $details = []): array
    {
        $asks = array_filter($asks, fn (string $ask): bool => $this->reports || $ask !== 'report');
        $lines = array_filter($details, fn (mixed $line): bool => is_string($line) && trim($line) !== '');
        return [
            'kind' => $kind,
            'mark' => self::MARKS[$kind] ?? '',
            'lang' => $this->say('language'),
            'sentence' => $said,
            'details' => array_map(
                fn (string $line): string => mb_substr($line, 0, self::LONGEST),
                array_slice(array_values($lines), 0, self::MOST_LINES)
            ),
            'note' => $note,
            'buttons' => array_map(
                fn (string $ask): array => ['ask' => $ask, 'label' => $this->say("button_$ask")],
                array_values($asks)
            ),
            'why' => $this->say('why'),
            'hide' => $this->say('hide'),
        ];
    }

    private function say(string $key, array $vars = []): string
    {
        return ($this->say)($key, $vars);
    }
}
