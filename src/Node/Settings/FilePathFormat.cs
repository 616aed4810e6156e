namespace ActorLog.Node.Settings;

/// <summary>The format of a file's path below its directory.</summary>
internal static class FilePathFormat
{
    private static readonly string[] Placeholders =
        ["host", "program", "app", "channel", "facility", "severity", "year", "month", "day", "hour"];

    public static string? Template(string text, out string value)
    {
        value = text;
        foreach (var name in text.Split('/'))
        {
            if (name.Length == 0 || name[0] is '.' or '-')
            {
                return "is not a path below the directory: no leading '/', no name that is empty or begins with '.' or '-'";
            }
        }

        var rest = text;
        while (rest.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = rest.IndexOf('}', open);
            if (close < 0)
            {
                return "has a '{' without '}'";
            }

            var word = rest[(open + 1)..close];
            if (!Placeholders.Contains(word))
            {
                return $"has an unknown {{{word}}}{Nearest.To(word, Placeholders)} (there are {string.Join(", ", Placeholders)})";
            }

            rest = rest[(close + 1)..];
        }

        return null;
    }
}
