using System.Text;

namespace ActorLog.Node.Settings;

/// <summary>Walks a HOCON text character by character: blanks, comments, quoted and unquoted text.</summary>
internal sealed class HoconCursor(string text)
{
    private const string NotInUnquoted = "$\"{}[]:=,#`^?!@*&\\";
    private readonly string _text = text;
    private int _at;

    /// <summary>Where the walk stands, in UTF-16 units from 0.</summary>
    public int At => _at;

    /// <summary>Whether all is read.</summary>
    public bool AtEnd => _at == _text.Length;

    /// <summary>Whether a quote comes next, spaces aside.</summary>
    public bool QuoteFollows => _text.AsSpan(_at).TrimStart(' ').StartsWith("\"");

    /// <summary>Steps over one character.</summary>
    public void Step() => _at++;

    /// <summary>One unquoted part of a key; empty when there is none.</summary>
    public string ReadKeyText()
    {
        var from = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not ('.' or '+')
            && !NotInUnquoted.Contains(_text[_at]))
        {
            _at++;
        }

        return _text[from.._at];
    }

    /// <summary>Quoted and unquoted text up to the end of the line, a comma, a comment or a closing bracket.</summary>
    public void ReadText(string path)
    {
        while (_at < _text.Length)
        {
            var next = _text[_at];
            if (next is '\n' or '\r' or ',' or '}' or ']' || AtComment())
            {
                return;
            }

            if (next == '"')
            {
                ReadQuoted(path);
            }
            else if (next == '$')
            {
                throw new UnreadableException(
                    _at, path, $"${{...}} is not filled in: write the value, or set {SettingsTree.EnvironmentName(path)}");
            }
            else if (NotInUnquoted.Contains(next))
            {
                throw new UnreadableException(_at, path, $"text with '{next}' in it needs quotes: \"...\"");
            }
            else
            {
                _at++;
            }
        }
    }

    public string ReadQuoted(string path)
    {
        var opened = _at;
        if (_text.AsSpan(_at).StartsWith("\"\"\""))
        {
            var end = _text.IndexOf("\"\"\"", _at + 3, StringComparison.Ordinal);
            _at = end < 0 ? throw new UnreadableException(opened, path, "'\"\"\"' is not closed") : end + 3;
            return _text[(opened + 3)..end];
        }

        var content = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] is not ('\n' or '\r'); _at++)
        {
            if (_text[_at] == '"')
            {
                _at++;
                return content.ToString();
            }

            if (_text[_at] == '\\' && (++_at == _text.Length || !"\"\\/bfnrtu".Contains(_text[_at])))
            {
                throw new UnreadableException(_at - 1, path, "a backslash in quotes is written twice: \\\\");
            }

            content.Append(_text[_at]);
        }

        throw new UnreadableException(opened, path, "the quote is not closed in its line");
    }

    public void SkipBlank(bool alsoCommas)
    {
        while (_at < _text.Length)
        {
            if (AtComment())
            {
                while (_at < _text.Length && _text[_at] != '\n')
                {
                    _at++;
                }
            }
            else if (char.IsWhiteSpace(_text[_at]) || (alsoCommas && _text[_at] == ','))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    public void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    public bool AtComment() =>
        _text[_at] == '#' || (_text[_at] == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/');

    public char Peek() => _at < _text.Length ? _text[_at] : '\0';

    public string Shown() => _at == _text.Length ? "the end" : _text[_at] is '\n' or '\r' ? "the line's end" : $"'{_text[_at]}'";

    public HoconPosition PositionOf(int at)
    {
        var before = _text.AsSpan(0, at);
        return new HoconPosition(before.Count('\n') + 1, at - before.LastIndexOf('\n'));
    }
}
