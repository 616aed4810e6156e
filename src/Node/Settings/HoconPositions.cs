namespace ActorLog.Node.Settings;

/// <summary>
/// Where each key of a HOCON text stands, and what in the text Akka's parser would not read as it looks. That parser
/// knows no lines; it runs on into the next line after a missing value, takes a brace too many for the end, overflows
/// its stack on <c>a = ${a}</c> and never returns from <c>[::1]:5140</c>. So only a text without a fault here goes to it.
/// </summary>
internal sealed class HoconPositions
{
    private const int DepthMax = 32;
    private readonly HoconCursor _cursor;
    private readonly Dictionary<string, HoconPosition> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoconPosition> _values = new(StringComparer.Ordinal);

    private HoconPositions(string text)
    {
        _cursor = new HoconCursor(text);
    }

    /// <summary>The first thing that cannot be read; null when all can.</summary>
    public (HoconPosition Position, string Path, string Text)? Fault { get; private set; }

    /// <summary>Walks a text; at the first fault it stops.</summary>
    public static HoconPositions Scan(string text)
    {
        var scan = new HoconPositions(text);
        try
        {
            scan.ReadFields("", depth: 0, opened: null);
        }
        catch (UnreadableException e)
        {
            scan.Fault = (scan._cursor.PositionOf(e.At), e.Path, e.Message);
        }

        return scan;
    }

    /// <summary>Where a key stands; for an element of a list, <c>path[0]</c>, where its value does.</summary>
    public HoconPosition? this[string path] => _positions.TryGetValue(path, out var found) ? found : null;

    /// <summary>Appends a key to a path; one with a dot or a quote in it stands in quotes.</summary>
    public static string Join(string path, string key)
    {
        var quoted = key.Length == 0 || key.AsSpan().IndexOfAny('.', '"', '[') >= 0 ? $"\"{key}\"" : key;
        return path.Length == 0 ? quoted : $"{path}.{quoted}";
    }

    private void ReadFields(string path, int depth, int? opened)
    {
        while (true)
        {
            _cursor.SkipBlank(alsoCommas: true);
            if (_cursor.AtEnd)
            {
                if (opened is { } brace)
                {
                    throw new UnreadableException(brace, path, "'{' is not closed");
                }

                return;
            }

            if (_cursor.Peek() == '}')
            {
                if (opened is null)
                {
                    throw new UnreadableException(_cursor.At, path, "'}' closes nothing");
                }

                _cursor.Step();
                return;
            }

            ReadField(path, depth);
        }
    }

    private void ReadField(string path, int depth)
    {
        var start = _cursor.At;
        var full = ReadKey(path, start);
        _positions.TryAdd(full, _cursor.PositionOf(start));
        _cursor.SkipSpaces();
        if (_cursor.Peek() is '=' or ':')
        {
            _cursor.Step();
            _cursor.SkipSpaces();
            ReadValue(full, depth, start);
        }
        else if (_cursor.Peek() == '{')
        {
            ReadObject(full, depth);
            RefuseTail(full, afterObject: true);
        }
        else if (_cursor.Peek() == '+')
        {
            throw new UnreadableException(_cursor.At, full, "'+=' is not read: write the whole list");
        }
        else
        {
            throw new UnreadableException(start, full, "no value: KEY = VALUE or KEY { ... } (text with braces needs quotes)");
        }
    }

    private string ReadKey(string path, int start)
    {
        var full = path;
        while (true)
        {
            if (_cursor.Peek() == '"')
            {
                full = Join(full, _cursor.ReadQuoted(path));
            }
            else
            {
                var key = _cursor.ReadKeyText();
                if (key.Length == 0)
                {
                    throw new UnreadableException(_cursor.At, path, $"{_cursor.Shown()} where a key should be");
                }

                RefuseInclude(key, start, path);
                full = Join(full, key);
            }

            if (_cursor.Peek() != '.')
            {
                return full;
            }

            _cursor.Step();
        }
    }

    private void RefuseInclude(string key, int start, string path)
    {
        if (key == "include" && _cursor.QuoteFollows)
        {
            throw new UnreadableException(start, path, "include is not read: one file holds the whole configuration");
        }
    }

    private void ReadObject(string path, int depth)
    {
        if (depth == DepthMax)
        {
            throw new UnreadableException(_cursor.At, path, $"more than {DepthMax} levels of braces");
        }

        var opened = _cursor.At;
        _cursor.Step();
        ReadFields(path, depth + 1, opened);
    }

    private void ReadValue(string path, int depth, int keyStart)
    {
        var valueStart = _cursor.At;
        switch (_cursor.Peek())
        {
            case '{':
                ReadObject(path, depth);
                RefuseTail(path, afterObject: true);
                return;
            case '[':
                ReadArray(path, depth);
                RefuseTail(path, afterObject: false);
                break;
            default:
                _cursor.ReadText(path);
                if (_cursor.At == valueStart)
                {
                    throw new UnreadableException(keyStart, path, "no value behind '='");
                }

                break;
        }

        if (!_values.TryAdd(path, _cursor.PositionOf(keyStart)))
        {
            throw new UnreadableException(keyStart, path, $"stands twice; first in line {_values[path].Line}");
        }
    }

    private void ReadArray(string path, int depth)
    {
        if (depth == DepthMax)
        {
            throw new UnreadableException(_cursor.At, path, $"more than {DepthMax} levels of brackets");
        }

        var opened = _cursor.At;
        _cursor.Step();
        for (var index = 0; ; index++)
        {
            _cursor.SkipBlank(alsoCommas: true);
            if (_cursor.AtEnd)
            {
                throw new UnreadableException(opened, path, "'[' is not closed");
            }

            if (_cursor.Peek() == ']')
            {
                _cursor.Step();
                return;
            }

            var element = $"{path}[{index}]";
            var start = _cursor.At;
            _positions.TryAdd(element, _cursor.PositionOf(start));
            if (_cursor.Peek() == '{')
            {
                ReadObject(element, depth + 1);
            }
            else if (_cursor.Peek() == '[')
            {
                ReadArray(element, depth + 1);
            }
            else
            {
                _cursor.ReadText(path);
                if (_cursor.At == start)
                {
                    throw new UnreadableException(_cursor.At, path, $"{_cursor.Shown()} where a list should go on");
                }
            }
        }
    }

    private void RefuseTail(string path, bool afterObject)
    {
        _cursor.SkipSpaces();
        if (_cursor.AtEnd || _cursor.Peek() is '\n' or '\r' or '}' or ']' || _cursor.AtComment())
        {
            return;
        }

        if (afterObject && _cursor.Peek() == ',')
        {
            throw new UnreadableException(_cursor.At, path, "a comma behind '}' is not read: begin a new line instead");
        }

        if (!afterObject && _cursor.Peek() != ',')
        {
            throw new UnreadableException(_cursor.At, path, $"{_cursor.Shown()} behind ']' (text with brackets needs quotes)");
        }
    }
}
