namespace ActorLog.Protocol.Gunicorn;

/// <summary>The text of an application's record: <c>FORWARDED USER LEVEL [time] MESSAGE</c>.</summary>
internal ref struct AppText
{
    private const byte Blank = (byte)' ';

    /// <summary>FORWARDED and USER, not yet parted.</summary>
    public ReadOnlySpan<byte> Head;

    /// <summary>The level's name; without a name it is its number and <see cref="IsNumbered"/>.</summary>
    public ReadOnlySpan<byte> Level;

    /// <summary>Whether Python had no name for the level and wrote <c>Level N</c>.</summary>
    public bool IsNumbered;

    /// <summary>From the time on.</summary>
    public ReadOnlySpan<byte> Message;

    private static ReadOnlySpan<byte> Unnamed => " Level"u8;

    /// <summary>Reads a text; the first level with a time behind it counts.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out AppText app)
    {
        app = default;
        var time = EventTime.IndexOf(text, 0);
        while (time >= 0)
        {
            var behind = time + EventTime.Bytes;
            if (time > 0 && text[time - 1] == Blank && (behind == text.Length || text[behind] == Blank)
                && TryLevel(text[..(time - 1)], ref app))
            {
                app.Message = text[time..];
                return true;
            }

            time = EventTime.IndexOf(text, time + 1);
        }

        return false;
    }

    /// <summary>The word that the text ends with, when it is a level and a blank stands before it.</summary>
    private static bool TryLevel(ReadOnlySpan<byte> text, ref AppText app)
    {
        var window = text.Length > byte.MaxValue ? text[^byte.MaxValue..] : text;
        var blank = window.LastIndexOf(Blank);
        var word = window[(blank + 1)..];
        if (blank < 0 || word.IsEmpty || !IsLevel(word))
        {
            return false;
        }

        app.Level = word;
        app.Head = text[..^(word.Length + 1)];
        app.IsNumbered = app.Head.EndsWith(Unnamed) && !word.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        if (app.IsNumbered)
        {
            app.Head = app.Head[..^Unnamed.Length];
        }

        return true;
    }

    private static bool IsLevel(ReadOnlySpan<byte> word)
    {
        foreach (var letter in word)
        {
            if (!char.IsAsciiLetterUpper((char)letter) && !char.IsAsciiDigit((char)letter) && letter != '_')
            {
                return false;
            }
        }

        return true;
    }
}
