using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>
/// Reads the text behind the program <c>gunicorn.APP.CHANNEL</c>: gunicorn's access and error records and Django's own.
/// What does not fit its channel's form stays whole.
/// </summary>
internal static class GunicornParser
{
    /// <summary>The least length of the scratch buffer, bytes.</summary>
    public const int ScratchBytes = UserAt + ushort.MaxValue;

    private const int LevelAt = 64;
    private const int UserAt = LevelAt + 320;

    private static ReadOnlySpan<byte> Prefix => "gunicorn."u8;

    /// <summary>
    /// The channel that a program's name ends with; <see cref="Channel.Other"/> for any other program.
    /// </summary>
    public static Channel ChannelOf(ReadOnlySpan<byte> program)
    {
        if (!program.StartsWith(Prefix))
        {
            return Channel.Other;
        }

        var (channel, suffix) = program switch
        {
            _ when program.EndsWith(".access"u8) => (Channel.Access, 7),
            _ when program.EndsWith(".error"u8) => (Channel.Error, 6),
            _ when program.EndsWith(".app"u8) => (Channel.App, 4),
            _ => (Channel.Other, 0),
        };
        return program.Length > Prefix.Length + suffix ? channel : Channel.Other;
    }

    /// <summary>The APP of <c>gunicorn.APP.CHANNEL</c>; empty for any other program.</summary>
    public static ReadOnlySpan<byte> AppOf(ReadOnlySpan<byte> program) =>
        ChannelOf(program) == Channel.Other ? default : program[Prefix.Length..program.LastIndexOf((byte)'.')];

    /// <summary>
    /// Whether the text begins with the tag of a gunicorn logger on its first line. APP may hold blanks and brackets
    /// and even a colon, but not a colon with a blank behind it: that one ends another tag.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Bytes of the program, 255 at most; a colon and a blank follow.</param>
    public static bool TryReadTag(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (!text.StartsWith(Prefix))
        {
            return false;
        }

        var window = text[..Math.Min(text.Length, byte.MaxValue + 2)];
        length = window.IndexOf(": "u8);
        return length > 0 && ChannelOf(window[..length]) != Channel.Other && window[..length].IndexOf((byte)'\n') < 0;
    }

    /// <summary>Reads the record's message, which is the text behind the tag, into the fields of its channel.</summary>
    public static void Parse(TrustedProxies trusted, Span<byte> scratch, ref ParsedRecord record)
    {
        TakePid(ref record);
        var fits = record.Channel switch
        {
            Channel.Access => TryAccess(trusted, scratch, ref record),
            Channel.App => TryApp(trusted, scratch, ref record),
            _ => true,
        };
        if (!fits)
        {
            record.Flags |= RecordFlags.Misfit;
        }

        if (record.Channel == Channel.Error || (record.Channel == Channel.App && !fits))
        {
            record.Level = SeverityName(record.Priority.Severity);
        }
    }

    /// <summary>
    /// The pid in front of the text wins over the header's, which may be a relay's view of the sender.
    /// </summary>
    private static void TakePid(ref ParsedRecord record)
    {
        var text = record.Message;
        if (text.Length < 4 || text[0] != '[')
        {
            return;
        }

        var digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is > 0 and <= byte.MaxValue && text[(1 + digits)..].StartsWith("] "u8))
        {
            record.ProcId = text.Slice(1, digits);
            record.Message = text[(digits + 3)..];
        }
    }

    private static bool TryAccess(TrustedProxies trusted, Span<byte> scratch, ref ParsedRecord record)
    {
        var text = record.Message;
        var time = AccessText.IndexOfTime(text);
        if (time <= 0 || text[time - 1] != ' ' || !AccessText.TryParse(text[time..], out _)
            || !TryHead(text[..(time - 1)], trusted, scratch, ref record))
        {
            return false;
        }

        record.Message = text[time..];
        return true;
    }

    private static bool TryApp(TrustedProxies trusted, Span<byte> scratch, ref ParsedRecord record)
    {
        if (!AppText.TryParse(record.Message, out var app) || !TryHead(app.Head, trusted, scratch, ref record))
        {
            return false;
        }

        record.Level = app.IsNumbered ? NumberedLevel(app.Level, scratch[LevelAt..]) : app.Level;
        record.Message = app.Message;
        return true;
    }

    private static bool TryHead(
        ReadOnlySpan<byte> head, TrustedProxies trusted, Span<byte> scratch, ref ParsedRecord record)
    {
        const int bytesMax = ushort.MaxValue;
        var isAccess = record.Channel == Channel.Access;
        if (head.Length > 2 * bytesMax
            || !ClientAndUser.TryPart(head, isAccess ? " - "u8 : " "u8, isAccess, out var forwarded, out var user)
            || forwarded.Length > bytesMax || user.Length > bytesMax)
        {
            return false;
        }

        record.User = isAccess ? QuotedText.Unescape(user, scratch[UserAt..]) : user;
        if (!ForwardedFor.IsNone(forwarded))
        {
            record.Client = ForwardedFor.Client(forwarded, isAccess, trusted, scratch[..LevelAt]);
            record.Forwarded = record.Client.SequenceEqual(forwarded) ? default : forwarded;
        }

        return true;
    }

    private static ReadOnlySpan<byte> NumberedLevel(ReadOnlySpan<byte> number, Span<byte> scratch)
    {
        "LEVEL"u8.CopyTo(scratch);
        number.CopyTo(scratch[5..]);
        return scratch[..(5 + number.Length)];
    }

    private static ReadOnlySpan<byte> SeverityName(Severity severity) => severity switch
    {
        Severity.Emergency => "EMERGENCY"u8,
        Severity.Alert => "ALERT"u8,
        Severity.Critical => "CRITICAL"u8,
        Severity.Error => "ERROR"u8,
        Severity.Warning => "WARNING"u8,
        Severity.Notice => "NOTICE"u8,
        Severity.Info => "INFO"u8,
        _ => "DEBUG"u8,
    };
}
