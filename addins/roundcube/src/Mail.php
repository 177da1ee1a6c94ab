<?php

declare(strict_types=1);

namespace Vigie\Roundcube;

/** One message of the mailbox, byte for byte as it lies there. Reading it does not mark it as read. */
final class Mail
{
    /** Below that a message stays in memory: none is written to the disk, whatever maxBytes is. */
    private const IN_MEMORY = 'php://temp/maxmemory:268435456';

    /** SHA-256. */
    public readonly string $hash;
    public readonly int $size;

    /** @param resource $stream who sends it closes it */
    private function __construct(public readonly mixed $stream)
    {
        $this->size = (int) fstat($stream)['size'];
        rewind($stream);
        $context = hash_init('sha256');
        hash_update_stream($context, $stream);
        $this->hash = hash_final($context);
    }

    /**
     * That message, or the one that is attached to it: "12.2" is part 2 of message 12. Throws Problem.
     *
     * RFC822.SIZE is looked at before anything is read. Where what was read has another size, it is read again: some
     * servers (Exchange) only estimate sizes, but a message that was cut off would be called false.
     */
    public static function fetch(string $uid, string $folder, int $most): self
    {
        if (!preg_match('~^(\d+)(?:\.(\d+(?:\.\d+)*))?$~D', $uid, $found) || $folder === '') {
            throw new Problem('internal', why: 'no such message');
        }
        $storage = \rcube::get_instance()->get_storage();
        $storage->set_folder($folder);
        $headers = $storage->get_message_headers($found[1], $folder);
        if (!$headers) {
            throw new Problem('internal', why: 'no such message');
        }
        $part = $found[2] ?? null;
        if ($headers->size > $most) {
            throw new Problem('big');
        }
        $mail = self::read($storage, $uid, $folder, $part);
        $exact = $part === null && $mail->size === (int) $headers->size;
        if (!$exact && $mail->hash !== self::read($storage, $uid, $folder, $part)->hash) {
            throw new Problem('internal', why: 'the mail server broke off');
        }
        return $mail->size > $most ? throw new Problem('big') : $mail;
    }

    private static function read(\rcube_storage $storage, string $uid, string $folder, ?string $part): self
    {
        $stream = fopen(self::IN_MEMORY, 'w+b');
        if ($part === null) {
            $storage->get_raw_body((int) $uid, $stream);
        } else {
            // Undoes base64, in which some programs attach messages against RFC 2046 section 5.2.1.
            (new \rcube_message($uid, $folder))->get_part_body($part, false, 0, $stream);
        }
        $mail = new self($stream);
        return $mail->size > 0 ? $mail : throw new Problem('internal', why: 'the mail server gave nothing');
    }
}
