using System.Text;
using System.Text.RegularExpressions;

namespace ActorLog.Node.Routing;

/// <summary>
/// A pattern over the UTF-8 bytes of a name: a glob (<c>*</c> any characters, <c>?</c> one) matched on the bytes as they
/// are, or a regular expression between slashes, in linear time (<see cref="RegexOptions.NonBacktracking"/>).
/// </summary>
internal abstract class BytePattern
{
    /// <summary>The longest pattern, characters: names themselves are 255 bytes at most.</summary>
    public const int LengthMax = 1024;

    /// <summary>Whether the whole name (glob) or any part of it (regular expression) matches; allocates nothing.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> name);

    /// <summary>Reads a glob, or a regular expression when the text is <c>/.../</c>.</summary>
    /// <param name="text">The pattern as configured.</param>
    /// <param name="pattern">The pattern, when it is one.</param>
    /// <param name="error">Why it is none: a phrase that follows the quoted text.</param>
    public static bool TryParse(string text, out BytePattern? pattern, out string? error)
    {
        pattern = null;
        error = null;
        if (text.Length is 0 or > LengthMax)
        {
            error = $"is not a pattern of 1 to {LengthMax} characters (try gunicorn.*)";
        }
        else if (text[0] != '/')
        {
            pattern = new Glob(text, ignoreCase: false);
        }
        else if (text.Length < 3 || text[^1] != '/')
        {
            error = "is not a regular expression: it begins with '/' and must end with one";
        }
        else
        {
            try
            {
                pattern = new Expression(text[1..^1]);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                error = $"is not a regular expression: {e.Message}";
            }
        }

        return pattern is not null;
    }

    /// <summary>A glob that takes ASCII letters in either case, as host names are compared.</summary>
    public static BytePattern HostGlob(string text) => new Glob(text, ignoreCase: true);

    private sealed class Glob : BytePattern
    {
        private readonly byte[] _text;
        private readonly bool _ignoreCase;

        // gunicorn.* and the like, the usual ones: a beginning, and whatever follows.
        private readonly int? _beginning;

        public Glob(string text, bool ignoreCase)
        {
            _text = Encoding.UTF8.GetBytes(text);
            _ignoreCase = ignoreCase;
            if (!ignoreCase && _text.AsSpan().IndexOfAny((byte)'*', (byte)'?') == _text.Length - 1 && _text[^1] == (byte)'*')
            {
                _beginning = _text.Length - 1;
            }
        }

        public override bool Matches(ReadOnlySpan<byte> name)
        {
            if (_beginning is { } length)
            {
                return name.StartsWith(_text.AsSpan(0, length));
            }

            // The usual greedy walk: on a mismatch go back to the last star and let it take one byte more.
            int at = 0, next = 0, starAt = -1, starNext = 0;
            while (next < name.Length)
            {
                if (at < _text.Length && _text[at] == (byte)'*')
                {
                    starAt = ++at;
                    starNext = next;
                }
                else if (at < _text.Length && _text[at] == (byte)'?')
                {
                    at++;
                    next = EndOfCharacter(name, next);
                }
                else if (at < _text.Length && Same(_text[at], name[next]))
                {
                    at++;
                    next++;
                }
                else if (starAt >= 0)
                {
                    at = starAt;
                    starNext = EndOfCharacter(name, starNext);
                    next = starNext;
                }
                else
                {
                    return false;
                }
            }

            return _text.AsSpan(at).TrimStart((byte)'*').IsEmpty;
        }

        private bool Same(byte left, byte right) =>
            left == right || (_ignoreCase && char.IsAsciiLetter((char)left) && (left | 0x20) == (right | 0x20));

        private static int EndOfCharacter(ReadOnlySpan<byte> name, int start)
        {
            // Bytes that are not UTF-8 count as a character each: a continuation byte never stands alone in it.
            return Rune.DecodeFromUtf8(name[start..], out _, out var length) == System.Buffers.OperationStatus.Done
                ? start + length
                : start + 1;
        }
    }

    private sealed class Expression : BytePattern
    {
        private const int SlotCount = 1024;
        private readonly Regex _regex;
        private readonly Decision?[] _decided = new Decision?[SlotCount];

        public Expression(string text)
        {
            _regex = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }

        public override bool Matches(ReadOnlySpan<byte> name)
        {
            ref var slot = ref _decided[System.IO.Hashing.XxHash3.HashToUInt64(name) % SlotCount];
            var known = Volatile.Read(ref slot);
            if (known is not null && name.SequenceEqual(known.Name))
            {
                return known.Taken;
            }

            var taken = Decide(name);
            if (known is null)
            {
                // First come, first kept: a flood of made-up names cannot make this allocate without end.
                Volatile.Write(ref slot, new Decision(name.ToArray(), taken));
            }

            return taken;
        }

        private bool Decide(ReadOnlySpan<byte> name)
        {
            Span<char> text = stackalloc char[256];
            return name.Length <= text.Length
                ? _regex.IsMatch(text[..Encoding.UTF8.GetChars(name, text)])
                : _regex.IsMatch(Encoding.UTF8.GetString(name));
        }

        private sealed record Decision(byte[] Name, bool Taken);
    }
}
