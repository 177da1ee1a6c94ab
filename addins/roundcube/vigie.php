<?php

declare(strict_types=1);

use Vigie\Roundcube\Client;
use Vigie\Roundcube\Mail;
use Vigie\Roundcube\Memory;
use Vigie\Roundcube\Problem;
use Vigie\Roundcube\Settings;
use Vigie\Roundcube\View;

require_once __DIR__ . '/src/Client.php';
require_once __DIR__ . '/src/Mail.php';
require_once __DIR__ . '/src/Memory.php';
require_once __DIR__ . '/src/Problem.php';
require_once __DIR__ . '/src/Settings.php';
require_once __DIR__ . '/src/View.php';

/**
 * Above each message: is it really from ameli? The page asks this plugin once it is open, this plugin asks Vigie.
 *
 * Roundcube wants the class to be called as the folder is, in small letters.
 */
class vigie extends rcube_plugin
{
    public $task = 'mail';

    private rcmail $rc;
    private View $view;

    public function init(): void
    {
        $this->rc = rcmail::get_instance();
        $this->load_config();
        $this->add_texts('localization/');
        $this->view = new View(
            fn (string $key, array $vars = []): string => $this->gettext(['name' => $key, 'vars' => $vars]),
            (bool) $this->rc->config->get('vigie_report', true)
        );
        if (in_array($this->rc->action, ['show', 'preview'], true)) {
            $this->add_hook('message_objects', [$this, 'banner']);
        }
        $this->register_action('plugin.vigie.check', [$this, 'check']);
        $this->register_action('plugin.vigie.report', [$this, 'report']);
    }

    /** An empty place above the message, and what vigie.js draws there until an answer has come. */
    public function banner(array $hook): array
    {
        $message = $hook['message'] ?? null;
        if (!$message instanceof rcube_message || $this->isOwn((string) $message->folder)) {
            return $hook;
        }
        $asked = $this->rc->config->get('vigie_when', 'opened') === 'asked';
        $this->include_script('vigie.js');
        $this->include_stylesheet('vigie.css');
        $this->rc->output->set_env('vigie', [
            'uid' => $message->uid . ($message->context === null ? '' : ".{$message->context}"),
            'mbox' => $message->folder,
            'ask' => $asked ? null : 'check',
            'first' => $asked ? $this->view->unasked() : $this->view->checking(),
            'checking' => $this->view->checking(),
            'consent' => $this->view->consent(),
            'lost' => [
                'check' => $this->view->problem(new Problem('lost')),
                'report' => $this->view->unreported(new Problem('lost', unsure: true)),
            ],
        ]);
        // "ui alert": or else Elastic takes it for a notice of its own, and adds icons.
        array_unshift($hook['content'], html::div(['id' => 'vigie', 'class' => 'ui alert', 'role' => 'status'], ''));
        return $hook;
    }

    /** Answers the page with what Vigie says. Nothing is stored there. */
    public function check(): void
    {
        $this->answer('check', function (Client $client, Memory $memory, Mail $mail): array {
            return $memory->known($mail->hash) ?? $memory->keep($mail->hash, $client->check($mail->stream));
        });
    }

    /** Hands the message in: the button below the question whether she agrees is the one way to come here. */
    public function report(): void
    {
        $this->answer('report', function (Client $client, Memory $memory, Mail $mail): array {
            $told = $client->report($mail->stream);
            return $memory->keep($mail->hash, $told['case'], $told['id']);
        });
    }

    /** @param callable(Client, Memory, Mail): array $ask */
    private function answer(string $kind, callable $ask): void
    {
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            // Roundcube has looked at the token of a POST, and of nothing else.
            rcmail::raise_error(['code' => 403, 'message' => 'vigie: not a POST'], false, true);
        }
        try {
            $view = $this->view->verdict($this->asked($kind, $ask));
        } catch (Problem $problem) {
            // A word and a number: nothing of the mail, nothing of the token.
            rcube::write_log('errors', "vigie: $kind: {$problem->kind}" . ($problem->why ? " ({$problem->why})" : ''));
            $view = $kind === 'report' ? $this->view->unreported($problem) : $this->view->problem($problem);
        }
        $this->rc->output->command('plugin.vigie.told', $view);
        $this->rc->output->send();
    }

    private function asked(string $kind, callable $ask): array
    {
        $settings = Settings::read($this->rc->config);
        $name = Memory::name(session_id(), $settings);
        $memory = new Memory($this->rc->get_cache($name, 'db', Memory::TTL));
        $mail = Mail::fetch(
            rcube_utils::get_input_string('_uid', rcube_utils::INPUT_POST),
            rcube_utils::get_input_string('_mbox', rcube_utils::INPUT_POST, true),
            $kind === 'report' ? Settings::REPORT_BYTES : $settings->maxBytes
        );
        $again = rcube_utils::get_input_string('_again', rcube_utils::INPUT_POST) === '1';
        $memory->mayAsk($kind, $again);
        // Where sessions are files, the next page of this person would wait for Vigie, too.
        $this->rc->session->write_close();
        try {
            return $ask(new Client($this->rc->get_http_client(), $settings), $memory, $mail);
        } catch (Problem $problem) {
            if ($kind !== 'report' || !$problem->unsure) {
                $memory->pause($kind, $problem); // what may not have arrived may be sent again
            }
            throw $problem;
        }
    }

    /** Folders of what this person has written herself. */
    private function isOwn(string $folder): bool
    {
        $own = [$this->rc->config->get('drafts_mbox'), $this->rc->config->get('sent_mbox')];
        return $folder !== '' && $folder !== 'INBOX' && in_array($folder, $own, true);
    }
}
