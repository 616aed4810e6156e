namespace ActorLog.Sinks.Files;

/// <summary>Reads a <see cref="PathTemplate"/> and refuses what could lead two values to one path, or out of the root.</summary>
internal sealed class PathTemplateReader(string text)
{
    private readonly List<List<PathPart>> _names = [[]];
    private PathTemplateError? _error;
    private int _at;

    internal PathTemplate? TryRead(out PathTemplateError error)
    {
        while (_at < text.Length && _error is null)
        {
            ReadPart();
        }

        var names = _names.Select(ReadName).ToArray();
        if (_error is null && names.Length > PathTemplate.NamesMax)
        {
            Fail(0, $"at most {PathTemplate.NamesMax} names, directories included");
        }

        error = _error ?? default;
        return _error is null ? new PathTemplate(text, names) : null;
    }

    private void ReadPart()
    {
        var start = _at;
        switch (text[_at])
        {
            case '/':
                _at++;
                _names.Add([]);
                break;
            case '{':
                var end = text.IndexOf('}', _at);
                if (end < 0)
                {
                    Fail(start, "'{' without '}'");
                    return;
                }

                _at = end + 1;
                AddPlaceholder(text[start.._at], start);
                break;
            default:
                while (_at < text.Length && text[_at] is not ('/' or '{') && _error is null)
                {
                    if (text[_at] is <= ' ' or > '~' or '%' or '\\' or '}')
                    {
                        Fail(_at, "only printable ASCII without space, '%', '\\' and '}'");
                    }

                    _at++;
                }

                _names[^1].Add(new PathPart(Placeholder.None, text[start.._at], start));
                break;
        }
    }

    private void AddPlaceholder(string word, int offset)
    {
        for (var placeholder = Placeholder.Host; placeholder <= Placeholder.Hour; placeholder++)
        {
            if (word.AsSpan(1, word.Length - 2).SequenceEqual(placeholder.ToString().ToLowerInvariant()))
            {
                _names[^1].Add(new PathPart(placeholder, word, offset));
                return;
            }
        }

        Fail(offset, $"unknown {word}: there are {{host}} {{program}} {{app}} {{channel}} {{facility}} {{severity}} "
            + "{year} {month} {day} {hour}");
    }

    private PathPart[] ReadName(List<PathPart> parts, int index)
    {
        if (parts.Count == 0)
        {
            Fail(_at, "an empty name: the path is relative, with one '/' between names");
            return [];
        }

        var first = parts[0];
        if (first.Placeholder == Placeholder.None && first.Text[0] is '.' or '-')
        {
            Fail(first.Offset, "a name must not begin with '.' or '-'");
        }

        var literal = parts[^1].Placeholder == Placeholder.None ? parts[^1].Text : "";
        if (literal.EndsWith(SegmentName.TemporarySuffix, StringComparison.Ordinal)
            || literal.EndsWith(SegmentName.CompressedSuffix, StringComparison.Ordinal)
            || (parts.Count == 1 && SegmentName.IsReserved(literal)))
        {
            Fail(parts[^1].Offset, "names that end like this are given to sealed segments and temporaries");
        }

        if (parts.Where(part => part.Placeholder == Placeholder.None).Sum(part => part.Text.Length) > PathEncoding.NameBytesMax / 2)
        {
            Fail(first.Offset, $"at most {PathEncoding.NameBytesMax / 2} characters of text in one name");
        }

        return [.. parts.Select((part, i) => WithSeparator(parts, i))];
    }

    /// <summary>Two values in one name need a text between them that no value contains: its first character is encoded in the first.</summary>
    private PathPart WithSeparator(List<PathPart> parts, int index)
    {
        var part = parts[index];
        if (!part.IsVariable || !parts.Skip(index + 1).Any(later => later.IsVariable))
        {
            return part;
        }

        var next = parts[index + 1];
        if (next.Placeholder != Placeholder.None || char.IsAsciiLetterOrDigit(next.Text[0]))
        {
            Fail(next.Offset, $"put a sign such as '-', '_' or '.' behind {part.Text}, or two values could share a path");
            return part;
        }

        return part with { Separator = next.Text[0] };
    }

    private void Fail(int offset, string message) => _error ??= new PathTemplateError(offset, message);
}
